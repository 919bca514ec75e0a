/** A session with its account as both stand under the account's lock. */
import type { Transaction } from 'kysely';
import type { AdviceAnswers } from '../domain/backtest/advisor.ts';
import { isRealTime } from '../schemas/governance.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { SessionHandle } from '../schemas/session-walk.ts';
import { asksModels, strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { clockOf } from './account-days.ts';
import { lockAccount } from './accounts.ts';
import { awaitingApproval } from './approvals.ts';
import { sequencesAtWork } from './decision-sequences.ts';
import { adviceTotals } from './llm/advice-slots.ts';
import { type Checkpoint, type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { readSession, type SessionRecord } from './sessions.ts';
import type { Tables } from './tables.ts';

/**
 * A session that is walked: its row, checkpoint and the account as it stands under the lock; `sequences` = numbers of
 * the decisions whose orders are at work.
 */
export type LoadedSession = LoadedAccount & {
  readonly session: SessionRecord;
  readonly checkpoint: Checkpoint;
  readonly sequences: ReadonlyMap<string, number>;
  /** Entries that wait for a person. */
  readonly awaitingApproval: readonly { readonly decisionId: string; readonly symbol: string }[];
  /** What models have answered to the last instant. */
  readonly answers: AdviceAnswers;
  /** What models have cost this run so far; null: it asks nobody who is paid. */
  readonly modelCostMicroUsd: number | null;
};

export async function loadSession(trx: Transaction<Tables>, handle: SessionHandle): Promise<LoadedSession> {
  await lockAccount(trx, handle.accountId);
  const session = await readSession(trx, handle.sessionId);
  if (session === undefined) throw new Error(`session ${handle.sessionId} has no row`);
  const checkpoint = checkpointOf(session, handle);
  const account = await loadAccount(trx, handle.accountId, handle.strategyId, checkpoint, clockOf(session));
  const sequences = await sequencesAtWork(trx, handle);
  const modelCostMicroUsd = isAsking(session) ? (await adviceTotals(trx, handle)).costMicroUsd : null;
  // In virtual time nobody is asked.
  const waiting = isRealTime(session.tradingMode) ? await awaitingApproval(trx, handle.sessionId) : [];
  const loaded = { ...account, session, checkpoint, sequences, modelCostMicroUsd };
  return { ...loaded, awaitingApproval: waiting, answers: new Map() };
}

/** Whether anybody but the rules is asked. */
const isAsking = ({ input }: SessionRecord): boolean => {
  const { provider } = strategySessionInputSchema.shape.model.parse(input.model);
  return asksModels({ provider });
};

/** @throws InvalidInput SESSION_SUPERSEDED when a newer run holds the session: a zombie must write nothing */
function checkpointOf(session: SessionRecord | undefined, handle: SessionHandle): Checkpoint {
  if (session === undefined || session.epoch !== handle.epoch) {
    const expected = `epoch ${handle.epoch} of session ${handle.sessionId}`;
    throw new InvalidInput([problem('SESSION_SUPERSEDED', 'epoch', session?.epoch ?? null, expected)]);
  }
  return { ...openingCheckpoint('0'), ...session.checkpoint };
}
