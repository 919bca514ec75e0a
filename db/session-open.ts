/**
 * Opens a session's run: its account (a backtest has one of its own), its row, the trace in audit and events.
 * Fenced by the row: one open paper or live session per (account, strategy).
 */
import type { Transaction } from 'kysely';
import { decimalText, toDecimal, ZERO } from '../domain/decimal.ts';
import { depositEntries } from '../domain/execution/ledger.ts';
import type { LiveInstant } from '../domain/market/ready-instants.ts';
import { dayZoneOf } from '../domain/market/trading-day.ts';
import { openRiskState } from '../domain/risk/risk-state.ts';
import { isRealTime, type TradingMode } from '../schemas/governance.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { ParsedSession } from '../schemas/session-input.ts';
import type { Strategy } from '../schemas/signals.ts';
import { dropStoppedClocks } from './account-days.ts';
import { type Account, createAccount, lockAccount } from './accounts.ts';
import { withdrawAll } from './approvals.ts';
import { isArmedFor } from './armings.ts';
import { appendAudit } from './audit.ts';
import { addBookDays, type BookDays, forgetBookDays } from './book-days.ts';
import { nextSequence } from './decision-sequences.ts';
import { appendEvents } from './events.ts';
import { openingCheckpoint, unknownAccount } from './load-walk.ts';
import { positionsOfAccount } from './positions.ts';
import { appendInstants } from './session-bars.ts';
import { openSession, readSession, type SessionRecord } from './sessions.ts';
import { rememberStrategy } from './strategies.ts';
import type { Tables } from './tables.ts';

export type OpenOutcome =
  | { readonly outcome: 'opened'; readonly session: SessionRecord }
  | { readonly outcome: 'busy'; readonly busySessionId: string };

export type OpenRequest = {
  readonly input: ParsedSession;
  readonly workflowId: string;
  /** The first execution's run id: a repeated call opens nothing anew. */
  readonly openKey: string;
  readonly strategy: Strategy;
  readonly strategyId: string;
  readonly dataHash: string;
  /** Market time at which the walk starts, and wall time of opening. */
  readonly startsAtMs: number;
  /** Open of the last bar the session will walk. */
  readonly dataEndsAtMs: number;
  /** What a session that follows a live market opens with: instants that it knows and does not walk. */
  readonly past?: readonly LiveInstant[];
  /** The days before the walk, of bars that nobody else keeps. */
  readonly days?: readonly BookDays[];
  readonly nowMs: number;
};

const isSimulated = (mode: TradingMode): boolean => mode === 'backtest' || mode === 'analysis';

/** @throws InvalidInput ACCOUNT_UNKNOWN, MODE_NOT_ARMED, MODE_MISMATCH, VENUE_MISMATCH */
export async function openRun(trx: Transaction<Tables>, request: OpenRequest): Promise<OpenOutcome> {
  const { input, workflowId, strategy, strategyId } = request;
  const before = await readSession(trx, input.sessionId);
  const accountId = isSimulated(input.tradingMode) ? await simulatedAccount(trx, request, before) : input.accountId;
  await rememberStrategy(trx, { strategyId, definition: strategy, promoted: false, health: 'unknown' });
  const account = await lockAccount(trx, accountId);
  if (before?.openKey !== request.openKey) await refuseUnarmed(trx, request);
  if (account === undefined) throw unknownAccount(accountId);
  refuseOtherVenue(input.venue, account.venue);
  refuseOtherMode(input.tradingMode, account);
  const sequence = await nextSequence(trx, workflowId);
  const positions = await positionsOfAccount(trx, accountId);
  const funding = positions.filter((one) => one.strategyId === strategyId).map((one) => toDecimal(one.funding));
  const opened = await openSession(trx, {
    sessionId: input.sessionId,
    workflowId,
    openKey: request.openKey,
    accountId,
    strategyId,
    strategy: { ...strategy },
    tradingMode: input.tradingMode,
    input: { ...input, venue: account.venue },
    checkpoint: {
      ...openingCheckpoint(account.equity),
      cursor: request.past?.length ?? 0,
      pastInstants: request.past?.length ?? 0,
      sequence,
      fundingStart: decimalText(funding.reduce((sum, one) => sum.plus(one), ZERO)),
      limits: input.limits,
    },
    dataHash: request.dataHash,
    dataEndsAtMs: request.dataEndsAtMs,
    openedAtMs: request.nowMs,
  });
  if (opened.outcome === 'noAccount') throw unknownAccount(accountId);
  if (opened.outcome === 'busy') return { outcome: 'busy', busySessionId: opened.sessionId };
  if (opened.outcome === 'repeated') return { outcome: 'opened', session: opened.session };
  const { runCount: run } = opened.session;
  if (isRealTime(input.tradingMode)) await dropStoppedClocks(trx, account);
  await withdrawAll(trx, input.sessionId, request.nowMs);
  await forgetBookDays(trx, { accountId, strategyId });
  await addBookDays(trx, { accountId, strategyId }, request.days ?? []);
  const at = { from: 0, isPast: true, nowMs: request.nowMs };
  await appendInstants(trx, { sessionId: input.sessionId, run }, request.past ?? [], at);
  const body = { sessionId: input.sessionId, run, accountId, strategyId };
  await appendAudit(trx, [{ kind: 'session_opened', body, atMs: request.nowMs }]);
  await appendEvents(trx, [{ type: 'session_opened', payload: body, correlationId: workflowId, atMs: request.nowMs }]);
  return { outcome: 'opened', session: opened.session };
}

/** A live session opens only while a person has armed its account for its strategy, and follows no invented bars. */
async function refuseUnarmed(trx: Transaction<Tables>, { input, strategyId, nowMs }: OpenRequest): Promise<void> {
  const { accountId, tradingMode, market } = input;
  if (tradingMode !== 'live') return;
  if (!(await isArmedFor(trx, { accountId, strategyId }, nowMs))) {
    const expected = `account ${accountId}, armed for strategy ${strategyId}`;
    throw new InvalidInput([
      problem('MODE_NOT_ARMED', 'tradingMode', tradingMode, expected, 'npm run arm -- --status'),
    ]);
  }
  if (market.source !== 'synthetic') return;
  throw new InvalidInput([problem('INPUT_ENUM', 'market.source', market.source, 'replay', 'live walks stored bars')]);
}

/** A session trades where its account is kept. */
function refuseOtherVenue(asked: string | undefined, venue: string): void {
  if (asked === undefined || asked === venue) return;
  throw new InvalidInput([problem('VENUE_MISMATCH', 'venue', asked, venue, 'leave the field out')]);
}

/** Real money is moved by live sessions only, and they move nothing else. */
function refuseOtherMode(asked: TradingMode, { accountId, tradingMode }: Account): void {
  if (asked === tradingMode) return;
  throw new InvalidInput([
    problem('MODE_MISMATCH', 'tradingMode', asked, tradingMode, `account ${accountId} is of that mode`),
  ]);
}

/** Each run of a backtest has a book of its own: sim:<session>, then sim:<session>:2 and so on. */
async function simulatedAccount(
  trx: Transaction<Tables>,
  request: OpenRequest,
  before: SessionRecord | undefined,
): Promise<string> {
  if (before?.openKey === request.openKey) return before.accountId;
  const run = (before?.runCount ?? 0) + 1;
  const { sessionId, startingCash, currency, tradingMode } = request.input;
  const accountId = run === 1 ? `sim:${sessionId}` : `sim:${sessionId}:${run}`;
  const cash = toDecimal(startingCash);
  const account = {
    accountId,
    venue: 'paper',
    currency,
    cash: startingCash,
    equity: startingCash,
    startingCash,
    tradingMode,
    riskState: openRiskState(cash, request.startsAtMs, dayZoneOf(request.input.symbols)),
    fundingDoneMs: null,
    epoch: 0,
    createdAtMs: request.nowMs,
  };
  await createAccount(trx, account, depositEntries(accountId, cash, request.startsAtMs));
  return accountId;
}

/** Closes an open row that its workflow will not close; a newer run's row is left alone. */
export async function abandon(
  trx: Transaction<Tables>,
  sessionId: string,
  nowMs: number,
  epoch: number,
  reason: string,
): Promise<void> {
  await trx
    .updateTable('sessions')
    .set((eb) => ({ state: 'closed', closed_at: new Date(nowMs).toISOString(), epoch: eb('epoch', '+', 1) }))
    .where('session_id', '=', sessionId)
    .where('state', '=', 'open')
    .where('epoch', '=', epoch)
    .execute();
  await withdrawAll(trx, sessionId, nowMs);
  const payload = { sessionId, reason };
  await appendEvents(trx, [{ type: 'session_abandoned', payload, correlationId: null, atMs: nowMs }]);
}
