/**
 * One walk of a session as one transaction, behind the fence of epoch and cursor: a batch that was committed before
 * gets its stored answer, a zombie writes nothing.
 */
import type { Transaction } from 'kysely';
import type { AdviceAnswer } from '../schemas/llm/advice-slot.ts';
import type { SessionLimits } from '../schemas/risk.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import { keepAdvice } from './llm/advice-slots.ts';
import { type LoadedSession, loadSession } from './load-session.ts';
import { saveOutcome, type WalkOutcome } from './save-outcome.ts';
import type { Tables } from './tables.ts';

/** @param answers to what the last instant waits for; with them, its walk goes on where it stands */
export async function walkOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  cursor: number,
  limits: SessionLimits,
  walk: (loaded: LoadedSession) => WalkOutcome,
  answers: readonly AdviceAnswer[] = [],
): Promise<WalkResult> {
  const before = await loadSession(trx, handle);
  const isWaiting = before.checkpoint.waiting.length > 0;
  if (before.checkpoint.cursor !== cursor || isWaiting !== answers.length > 0) {
    return storedResult(before, handle, cursor, isWaiting !== answers.length > 0);
  }
  const loaded = isWaiting ? { ...before, answers: await keepAdvice(trx, handle, answers) } : before;
  const outcome = walk(loaded);
  await saveOutcome(trx, handle, loaded, outcome, { limits, last: outcome.result });
  return outcome.result;
}

export async function flattenOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  walk: (loaded: LoadedSession) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await loadSession(trx, handle);
  if (loaded.checkpoint.phase === 'flattened' && loaded.checkpoint.last !== null) return loaded.checkpoint.last;
  const outcome = walk(loaded);
  await saveOutcome(trx, handle, loaded, outcome, { phase: 'flattened', last: outcome.result });
  return outcome.result;
}

/** A look between two bars: which asking it is, and the cursor that the asker stands at. */
export type UnwindRequest = { readonly key: string; readonly cursor: number };

/**
 * A look between two bars, for a leg that has lost its partner. Asked again
 * under the same key it gives the first answer.
 * One who stands at an earlier cursor has not heard of the last batch: its
 * answer is given instead, and nothing is done.
 * `mayExit`: this bar has not had its exit between bars yet.
 */
export async function unwindOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  { key, cursor }: UnwindRequest,
  walk: (loaded: LoadedSession, mayExit: boolean) => WalkOutcome,
): Promise<WalkResult> {
  const loaded = await loadSession(trx, handle);
  const { unwound } = loaded.checkpoint;
  if (unwound?.key === key) return unwound.answer;
  if (loaded.checkpoint.cursor !== cursor) return storedResult(loaded, handle, cursor);
  const exited = unwound?.cursor === cursor && unwound.exited;
  const outcome = walk(loaded, !exited);
  const answer = outcome.result;
  const noted = { key, cursor, exited: exited || outcome.batch.decisions.length > 0, answer };
  await saveOutcome(trx, handle, loaded, outcome, { unwound: noted });
  return answer;
}

/**
 * A batch that was committed but whose report was lost. One that only took answers has not moved the cursor.
 * @throws Error when it is not this batch
 */
function storedResult(
  { checkpoint }: LoadedSession,
  handle: SessionHandle,
  cursor: number,
  isAnswered = false,
): WalkResult {
  const isPast = checkpoint.cursor > cursor || (isAnswered && checkpoint.cursor === cursor);
  if (checkpoint.last !== null && isPast) return checkpoint.last;
  throw new Error(`session ${handle.sessionId} stands at bar ${checkpoint.cursor}, asked to go on from ${cursor}`);
}
