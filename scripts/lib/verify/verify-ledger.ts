/**
 * `verify -- ledger`: recomputes the money of every account, and of every session's report, from fills, orders,
 * starting cash, funding and bars, with arithmetic of its own, in one snapshot of the database. It changes nothing.
 */
import { dataHashOf, loadSeries } from '../../../activities/session/prepare.ts';
import { seriesOf } from '../../../activities/session/prepare-live.ts';
import type { MarketData } from '../../../adapters/market-data/market-data.ts';
import { sessionBars } from '../../../db/session-bars.ts';
import { readSession, type SessionRecord } from '../../../db/sessions.ts';
import type { Database } from '../../../db/tables.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { followsMarket } from '../../../schemas/live-market.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { type StrategySessionInput, strategySessionInputSchema } from '../../../schemas/strategy-session.ts';
import { amount } from './amounts.ts';
import { checkAccount, type MarkOf } from './check-account.ts';
import { checkOrders } from './check-orders.ts';
import { checkPostings } from './check-postings.ts';
import { checkSession } from './check-session.ts';
import { createFindings, type Findings } from './findings.ts';
import { fundingOf } from './funding.ts';
import { isSimulated, readAccountRows } from './read-account.ts';
import { rebuild } from './rebuild.ts';
import { lastClose } from './session-facts.ts';

/** Null = no restriction. A session restricts to itself and its account. */
export type LedgerScope = { readonly accountId: string | null; readonly sessionId: string | null };

export type LedgerAnswer = {
  readonly ok: boolean;
  readonly accounts: number;
  readonly sessions: number;
  readonly orders: number;
  readonly fills: number;
  readonly problemCount: number;
  readonly problems: readonly Problem[];
  /** What could not be recomputed, and why. */
  readonly warnings: readonly string[];
};

/** @throws InvalidInput ACCOUNT_UNKNOWN, SESSION_UNKNOWN */
export function verifyLedger(db: Database, market: MarketData, scope: LedgerScope): Promise<LedgerAnswer> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((trx) => verifyAll(trx, market, scope));
}

async function verifyAll(db: Database, market: MarketData, scope: LedgerScope): Promise<LedgerAnswer> {
  const findings = createFindings();
  const counted = { accounts: 0, sessions: 0, orders: 0, fills: 0 };
  for (const accountId of await accountIds(db, scope)) {
    const account = await db.selectFrom('accounts').selectAll().where('account_id', '=', accountId).executeTakeFirst();
    if (account === undefined) throw unknown('ACCOUNT_UNKNOWN', 'accountId', accountId, 'an account of this desk');
    const rows = await readAccountRows(db, account);
    const funding = fundingOf(rows);
    const rebuilt = rebuild(amount(account.starting_cash), rows.fills);
    const sessions = await sessionsOf(db, accountId, scope);
    const series = await Promise.all(sessions.map((session) => barsOf(db, session, market, findings)));
    checkOrders(rows, findings);
    checkPostings(rows, rebuilt, findings);
    const markOf = isSimulated(account) ? marksOf(sessions[0], series[0] ?? null) : () => null;
    checkAccount(rows, rebuilt, funding, markOf, findings);
    for (const [index, session] of sessions.entries()) {
      await checkSession(db, { session, rows, funding, series: series[index] ?? null }, findings);
    }
    counted.accounts += 1;
    counted.sessions += sessions.length;
    counted.orders += rows.orders.length;
    counted.fills += rows.fills.length;
  }
  const problemCount = findings.problemCount();
  return {
    ok: problemCount === 0,
    ...counted,
    problemCount,
    problems: findings.problems(),
    warnings: findings.warnings(),
  };
}

const unknown = (code: string, path: string, got: string, expected: string): InvalidInput =>
  new InvalidInput([problem(code, path, got, expected)]);

async function accountIds(db: Database, { accountId, sessionId }: LedgerScope): Promise<string[]> {
  if (sessionId !== null) {
    const session = await readSession(db, sessionId);
    if (session === undefined) throw unknown('SESSION_UNKNOWN', 'sessionId', sessionId, 'a session of this desk');
    if (accountId !== null && accountId !== session.accountId) {
      throw unknown('INPUT_RANGE', 'accountId', accountId, `${session.accountId}, the account of ${sessionId}`);
    }
    return [session.accountId];
  }
  if (accountId !== null) return [accountId];
  const all = await db.selectFrom('accounts').select('account_id').orderBy('account_id').execute();
  return all.map((row) => row.account_id);
}

/** The sessions whose last run walked this account. */
async function sessionsOf(db: Database, accountId: string, scope: LedgerScope): Promise<SessionRecord[]> {
  const found = await db
    .selectFrom('sessions')
    .select('session_id')
    .where('account_id', '=', accountId)
    .orderBy('session_id')
    .execute();
  const wanted = found.filter((row) => scope.sessionId === null || row.session_id === scope.sessionId);
  const sessions = await Promise.all(wanted.map((row) => readSession(db, row.session_id)));
  return sessions.filter((one) => one !== undefined);
}

/** The very bars the session walked; null, with a warning, when they are gone or have been replaced. */
async function barsOf(
  db: Database,
  session: SessionRecord,
  market: MarketData,
  findings: Findings,
): Promise<readonly BarSeries[] | null> {
  const path = `sessions.${session.sessionId}`;
  const input = strategySessionInputSchema.parse(session.input);
  if (followsMarket(input)) return seenBars(db, session, input);
  try {
    const series = await loadSeries(market, input);
    if (dataHashOf(series) === session.dataHash) return series;
    findings.warn(`${path}: its bars have been replaced since it walked them: marks are taken as stored`);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    findings.warn(`${path}: its bars are not at hand (${error.problems[0]?.message}): marks are taken as stored`);
  }
  return null;
}

/** A session on a live market has its own record of what it saw; bars that came after it stopped are none of it. */
async function seenBars(
  db: Database,
  session: SessionRecord,
  { symbols, barIntervalMs }: StrategySessionInput,
): Promise<readonly BarSeries[]> {
  const seen = await sessionBars(db, { sessionId: session.sessionId, run: session.runCount }, 0);
  const walked = seen.filter((bar) => bar.instant < session.checkpoint.cursor);
  return symbols.map((symbol) => seriesOf(walked, symbol, barIntervalMs));
}

function marksOf(session: SessionRecord | undefined, series: readonly BarSeries[] | null): MarkOf {
  if (session === undefined || series === null) return () => null;
  return (symbol) => lastClose(series, symbol, session.checkpoint.cursor);
}
