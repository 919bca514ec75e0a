/**
 * One question of a person through the gateway: the same budget, audit row, contract and breakers as any other call. The
 * activity runs in this process; a question is asked anew each time.
 */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Database } from '../../../db/tables.ts';
import type { AskModelInput, AskOutcome } from '../../../schemas/llm/ask-model.ts';
import { knowledgeAnswerSchema } from '../../../schemas/llm/contracts/knowledge-answer.ts';
import { type LlmSettings, llmActivities } from '../../../workers/llm.ts';
import type { Answer } from '../bars/answer.ts';

export async function askOnce(
  db: Database,
  settings: LlmSettings,
  question: string,
  model: string | null,
): Promise<Answer> {
  const { askModel } = llmActivities({ db, ...settings });
  const ask: AskModelInput = {
    callKey: `model-ask:${randomUUID()}`,
    ...{ task: 'knowledgeAnswer', contract: 'knowledgeAnswer', promptId: 'question', promptVersion: null },
    variables: { question },
    ...{ asOfMs: Date.now(), cache: false, model },
  };
  const outcome: AskOutcome = await new MockActivityEnvironment().run(askModel, ask);
  return told(outcome);
}

/** Exit code 1 where no answer came. */
function told(outcome: AskOutcome): Answer {
  const ok = outcome.kind === 'answer';
  const document = { ok, ...outcome };
  if (outcome.kind === 'tools') return { exitCode: 1, document, lines: ['it asked for tools that it was not offered'] };
  if (!ok) return { exitCode: 1, document, lines: [`no answer: ${outcome.reason} ${outcome.detail}`] };
  const { answer } = knowledgeAnswerSchema.parse(outcome.value);
  const facts = `${outcome.provider} ${outcome.model}, ${outcome.costMicroUsd} micro-USD, call ${outcome.callIds.join(' ')}`;
  return { exitCode: 0, document, lines: [answer, facts] };
}
