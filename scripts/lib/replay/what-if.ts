/**
 * What would have been under other limits, with another model or another version of a prompt. A model that is named is
 * asked once more, through the gateway with its budget and its audit; the question belongs to no session and no
 * decision, and nothing of what comes out is written into a book.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../../db/tables.ts';
import {
  type AdviceAnswers,
  type AdviceCall,
  adviceQuestion,
  answerKey,
  awaitedAdvisor,
} from '../../../domain/backtest/advisor.ts';
import { type LimitChanges, withLimits } from '../../../domain/backtest/changed-limits.ts';
import type { WalkContext } from '../../../domain/backtest/walk-context.ts';
import type { AdviceOutcome } from '../../../schemas/llm/advice-slot.ts';
import { type AskModelInput, type AskOutcome, promptVariablesSchema } from '../../../schemas/llm/ask-model.ts';
import { adviceSchema } from '../../../schemas/llm/contracts/advice.ts';
import type { LlmSettings } from '../../../workers/llm.ts';
import { askInProcess } from '../model/ask-in-process.ts';
import type { Change } from './replay-decisions.ts';

/** A prompt and the version of it that is to be tried. */
export type PromptChoice = { readonly promptId: string; readonly version: number };

export type WhatIf = {
  readonly limits: LimitChanges;
  readonly model: string | null;
  readonly prompt: PromptChoice | null;
};

export type AskAgain = (ask: AskModelInput) => Promise<AskOutcome>;

export const isWhatIf = ({ limits, model, prompt }: WhatIf): boolean =>
  model !== null || prompt !== null || Object.keys(limits).length > 0;

/** Asks under a name of its own, so that no earlier answer stands in for the new one. */
export function asker(db: Database, settings: () => LlmSettings): AskAgain {
  return (ask) => {
    const alone = { sessionId: null, decisionId: null, conversationId: null, priorTurns: null, tools: null };
    const again = { ...ask, ...alone, callKey: `what-if:${randomUUID()}`, cache: false };
    return askInProcess(db, settings(), again);
  };
}

/** @param onAnswer told of each advice that was asked for anew */
export function changeOf(whatIf: WhatIf, ask: AskAgain, onAnswer: (outcome: AdviceOutcome) => void): Change {
  return async (context, instant) => {
    const limited = withLimits(context, whatIf.limits);
    if (context.advisor === undefined || (whatIf.model === null && whatIf.prompt === null)) return limited;
    const answers = new Map<string, AdviceOutcome>();
    for (const call of instant.questions(limited)) {
      const outcome = await adviceOf(call, whatIf, ask);
      onAnswer(outcome);
      answers.set(answerKey(call), outcome);
    }
    return heard(limited, answers);
  };
}

const heard = (context: WalkContext, answers: AdviceAnswers): WalkContext => ({
  ...context,
  advisor: awaitedAdvisor,
  answers,
});

const ADVISOR = 'advisor';

async function adviceOf(call: AdviceCall, { model, prompt }: WhatIf, ask: AskAgain): Promise<AdviceOutcome> {
  const outcome = await ask({
    callKey: '',
    task: 'advice',
    contract: 'advice',
    promptId: prompt?.promptId ?? ADVISOR,
    promptVersion: prompt?.version ?? null,
    variables: promptVariablesSchema.parse(JSON.parse(adviceQuestion(call).body)),
    symbols: [call.symbol],
    asOfMs: call.asOfMs,
    model,
  });
  const { callIds, costMicroUsd } = outcome;
  const asked = { voices: [], callIds: [...callIds], costMicroUsd };
  if (outcome.kind !== 'answer') {
    const [reason, detail] = outcome.kind === 'noDecision' ? [outcome.reason, outcome.detail] : ['LLM_PROTOCOL', ''];
    return { kind: 'noDecision', reason, detail, ...asked };
  }
  const { action, confidence, rationale, warnings } = adviceSchema.parse(outcome.value);
  const { contaminated } = outcome;
  return {
    kind: 'advice',
    action,
    confidence,
    sizeFactor: 1,
    reasons: [rationale, ...warnings],
    contaminated,
    ...asked,
  };
}
