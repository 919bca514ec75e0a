/**
 * The days of an account's clocks, as whoever looks at it needs them: the loss of the day, though nothing has traded
 * since it turned; and which clocks still run.
 */
import { sql, type Transaction } from 'kysely';
import { dayStartAt, keepClocks, WALL_CLOCK } from '../domain/risk/day-clocks.ts';
import { followsMarket } from '../schemas/live-market.ts';
import { riskDaysSchema, riskStateSchema } from '../schemas/risk.ts';
import { strategySessionInputSchema } from '../schemas/strategy-session.ts';
import { type Account, saveAccount } from './accounts.ts';
import { openSessionsOf, readSession, type SessionRecord } from './sessions.ts';
import type { Database, Tables } from './tables.ts';

/** In a query over accounts `a`: its open sessions that keep a time of their own, a JSON array. */
export const openReplays = sql`(
  select coalesce(jsonb_agg(session_id), '[]') from sessions
  where account_id = a.account_id and state = 'open' and trading_mode in ('paper', 'live')
    and (coalesce(input->'market'->>'source', '') not in ('alpaca', 'ccxt') or input->'market'->>'to' is not null))`;

/** The clock whose day a session trades. */
export function clockOf({ sessionId, tradingMode, input }: SessionRecord): string {
  const market = strategySessionInputSchema.shape.market.parse(input.market);
  return followsMarket({ tradingMode, market }) ? WALL_CLOCK : sessionId;
}

/** That of an order: its session's, or wall time. */
export async function clockOfOrder(db: Database, sessionId: string | null): Promise<string> {
  const session = sessionId === null ? undefined : await readSession(db, sessionId);
  return session === undefined ? WALL_CLOCK : clockOf(session);
}

/** @returns null where the account's memory cannot be read */
export function dayStartOf(riskState: unknown, replays: readonly string[], nowMs: number): string | null {
  const days = riskDaysSchema.safeParse(riskState);
  return days.success ? dayStartAt(days.data, nowMs, new Set(replays)) : null;
}

/** Days of sessions that have ended turn no more. The caller holds the account's lock. */
export async function dropStoppedClocks(trx: Transaction<Tables>, account: Account): Promise<void> {
  const running = new Set([WALL_CLOCK, ...(await openSessionsOf(trx, account.accountId))]);
  const riskState = keepClocks(riskStateSchema.parse(account.riskState), running);
  await saveAccount(trx, { ...account, riskState });
}
