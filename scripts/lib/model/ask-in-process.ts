/**
 * A question through the gateway in this very process. What may help later is asked again as
 * the server has it asked elsewhere, while that is soon; after that it is no decision with its
 * code, like everything else that brings no answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { callsOfAsk } from '../../../db/llm/calls.ts';
import { registerPrompts } from '../../../db/llm/prompts.ts';
import type { Database } from '../../../db/tables.ts';
import type { AskModelInput, AskOutcome } from '../../../schemas/llm/ask-model.ts';
import { InvalidInput, type Problem } from '../../../schemas/problem.ts';
import { type LlmSettings, llmActivities } from '../../../workers/llm.ts';

/** A person looks on: whoever wants to be asked later than that has not answered. */
const WAITS_MS_MAX = 30_000;

export async function askInProcess(db: Database, settings: LlmSettings, ask: AskModelInput): Promise<AskOutcome> {
  await registerPrompts(db, settings.prompts, Date.now());
  const { askModel } = llmActivities({ db, ...settings });
  const until = Date.now() + WAITS_MS_MAX;
  for (;;) {
    try {
      return await activityHere().run(askModel, ask);
    } catch (error) {
      const waitMs = waitOf(error);
      if (waitMs === null) throw refusalIn(error) ?? error;
      if (Date.now() + waitMs > until) return unanswered(db, ask.callKey, error as ApplicationFailure);
      await sleep(waitMs);
    }
  }
}

/** Without the SDK's own line for every attempt: the outcome tells it. */
const activityHere = (): MockActivityEnvironment =>
  new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

/** Null for what asking again does not mend. */
function waitOf(error: unknown): number | null {
  if (!(error instanceof ApplicationFailure) || error.nonRetryable === true) return null;
  return typeof error.nextRetryDelay === 'number' ? error.nextRetryDelay : null;
}

/** What was wrong with the question: the person at the terminal wrote it. */
function refusalIn(error: unknown): InvalidInput | null {
  if (!(error instanceof ApplicationFailure) || error.type !== 'InvalidInput') return null;
  const [told] = (error.details ?? []) as { problems?: Problem[] }[];
  return new InvalidInput(told?.problems ?? []);
}

async function unanswered(db: Database, callKey: string, failure: ApplicationFailure): Promise<AskOutcome> {
  const calls = await callsOfAsk(db, callKey);
  const costMicroUsd = calls.reduce((sum, one) => sum + one.cost_micro_usd, 0);
  const callIds = calls.map((one) => one.call_id);
  const reason = failure.type ?? 'PROVIDER_DOWN';
  const detail = failure.message.replace(`${reason} `, '');
  return { kind: 'noDecision', reason, detail, callIds, costMicroUsd };
}
