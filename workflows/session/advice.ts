/**
 * A session asks its models: all symbols of an instant in parallel, each question once under its own key, within a time
 * limit. A model that fails, is late, refuses or is over its budget gives `noDecision` with the reason. By now the
 * exits of the instant are on their way: only the entries that are asked about wait here.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { AdviceAnswer, AdviceOutcome, AwaitedAdvice } from '../../schemas/llm/advice-slot.ts';
import { MODEL_STRATEGY_TYPE } from '../../schemas/signals.ts';
import { asksModels } from '../../schemas/strategy-session.ts';
import { asking, NO_WORKER } from '../lib/gateway.ts';
import { invalidInput } from '../lib/invalid-input.ts';
import { adviceFor } from './ask-advice.ts';
import { isVirtualTime } from './follow.ts';
import { modelsOf } from './question.ts';
import { type SessionCarry, warn } from './session-state.ts';

/** All questions about one instant together. Chosen: three rounds of the 30 s that an advice may take. */
const ADVICE_MS_MAX = 90_000;
/** In real time at most half a bar, but never less than this. */
const ADVICE_MS_MIN = 5_000;
/** A question that no worker takes within this time is given up. */
export const START_WITHIN_MS = 10_000;
/** After that no model is asked for a while, so that a session without a worker on queue `llm` keeps its pace. */
const AWAY_MS = 60_000;

const EVENTS_PER_QUESTION = 6;

/** How many history events the questions of one instant may write; those about proposals are recorded together. */
export function adviceEvents({ input: { symbols, model }, handle: { strategy } }: SessionCarry): number {
  if (!asksModels(model)) return 0;
  const seats = model.consensus < 2 ? 1 : 1 + model.consensus * (model.debate ? 2 : 1);
  const assessing = strategy.type === MODEL_STRATEGY_TYPE ? symbols.length + 1 : 0;
  return EVENTS_PER_QUESTION * (symbols.length * (seats + (model.contrarian ? 1 : 0)) + assessing);
}

/** @throws ApplicationFailure InvalidInput MODEL_UNKNOWN; when no worker can say, a warning instead */
export async function checkModels(carry: SessionCarry): Promise<void> {
  const { provider, model } = modelsOf(carry.input);
  if (!asksModels(carry.input.model) || (provider === null && model === null)) return;
  const checking = asking({ timeMaxMs: 2 * START_WITHIN_MS, startWithinMs: START_WITHIN_MS });
  try {
    const problems = await checking.checkModels.executeWithOptions({ summary: 'models' }, [{ provider, model }]);
    if (problems.length === 0) return;
    throw invalidInput(problems);
  } catch (error) {
    if (isCancellation(error) || !isUnanswered(error)) throw error;
    noteAway(carry);
  }
}

const isUnanswered = (error: unknown): boolean => error instanceof Error && error.name === 'ActivityFailure';

export const areModelsAway = ({ modelsAwayUntilMs = 0 }: SessionCarry): boolean => Date.now() < modelsAwayUntilMs;

function noteAway(carry: SessionCarry): void {
  carry.modelsAwayUntilMs = Date.now() + AWAY_MS;
  warn(carry, `${NO_WORKER}: no worker of queue llm answers; entries wait for advice and get none`);
}

/** Answers everything that the last instant awaits; the answers are kept until a walk has committed them. */
export async function consult(carry: SessionCarry): Promise<readonly AdviceAnswer[]> {
  carry.advice ??= await answersTo(carry, carry.awaited ?? []);
  return carry.advice;
}

async function answersTo(carry: SessionCarry, awaited: readonly AwaitedAdvice[]): Promise<AdviceAnswer[]> {
  if (carry.stop !== null) return answeredBy(awaited, async () => STOPPED);
  if (areModelsAway(carry)) return answeredBy(awaited, async () => AWAY);
  const answers = await askAll(carry, awaited);
  if (answers.some(({ outcome }) => outcome.kind === 'noDecision' && outcome.reason === NO_WORKER)) noteAway(carry);
  return answers;
}

const answeredBy = (
  awaited: readonly AwaitedAdvice[],
  outcomeOf: (one: AwaitedAdvice) => Promise<AdviceOutcome>,
): Promise<AdviceAnswer[]> =>
  Promise.all(awaited.map(async (one) => ({ symbol: one.symbol, asOfMs: one.asOfMs, outcome: await outcomeOf(one) })));

/** Until all have answered, or the session is told to stop. */
async function askAll(carry: SessionCarry, awaited: readonly AwaitedAdvice[]): Promise<AdviceAnswer[]> {
  const untilMs = Date.now() + timeFor(carry);
  const scope = new CancellationScope();
  let isDone = false;
  const answers = scope
    .run(() => answeredBy(awaited, (one) => heard(carry, one, untilMs)))
    .finally(() => {
      isDone = true;
    });
  // When the workflow is cancelled meanwhile, nobody awaits this promise.
  answers.catch(() => undefined);
  await condition(() => isDone || carry.stop !== null);
  if (!isDone) scope.cancel();
  return answers;
}

const silent = (reason: string, detail: string): AdviceOutcome => ({
  kind: 'noDecision',
  ...{ reason, detail, voices: [], callIds: [], costMicroUsd: 0 },
});
const STOPPED = silent('SESSION_STOPPED', 'the session was stopped while it waited for advice');
const AWAY = silent(NO_WORKER, 'no worker of queue llm has answered lately');

async function heard(carry: SessionCarry, awaited: AwaitedAdvice, untilMs: number): Promise<AdviceOutcome> {
  try {
    const times = () => ({ timeMaxMs: untilMs - Date.now(), startWithinMs: START_WITHIN_MS });
    return await adviceFor(carry, awaited, times);
  } catch (error) {
    if (isCancellation(error) && carry.stop !== null) return STOPPED;
    throw error;
  }
}

/** How long the questions of an instant may take together, in ms. */
export function timeFor(carry: SessionCarry): number {
  const { barIntervalMs, market } = carry.input;
  if (isVirtualTime(carry)) return ADVICE_MS_MAX;
  const speed = 'speed' in market ? market.speed : 1;
  return Math.min(ADVICE_MS_MAX, Math.max(ADVICE_MS_MIN, barIntervalMs / speed / 2));
}
