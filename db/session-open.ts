/**
 * Opens a session's run: its account (a backtest has one of its own), its row, the trace in audit and events.
 * Fenced by the row: one open paper or live session per (account, strategy).
 */
import type { Transaction } from 'kysely';
import { toDecimal } from '../domain/decimal.ts';
import { depositEntries } from '../domain/execution/ledger.ts';
import { openRiskState } from '../domain/risk/risk-state.ts';
import type { TradingMode } from '../schemas/governance.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import type { ParsedSession } from '../schemas/session-input.ts';
import type { Strategy } from '../schemas/signals.ts';
import { createAccount } from './accounts.ts';
import { appendAudit } from './audit.ts';
import { nextSequence } from './decisions.ts';
import { appendEvents } from './events.ts';
import { openingCheckpoint, unknownAccount } from './load-walk.ts';
import { openSession, readSession, type SessionRecord } from './sessions.ts';
import { saveStrategy } from './strategies.ts';
import type { Tables } from './tables.ts';

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
  readonly nowMs: number;
};

const isSimulated = (mode: TradingMode): boolean => mode === 'backtest' || mode === 'analysis';

export async function openRun(trx: Transaction<Tables>, request: OpenRequest): Promise<SessionRecord> {
  const { input, workflowId, strategy, strategyId } = request;
  const before = await readSession(trx, input.sessionId);
  const accountId = isSimulated(input.tradingMode) ? await simulatedAccount(trx, request, before) : input.accountId;
  await saveStrategy(trx, { strategyId, definition: strategy, promoted: false, health: 'unknown' });
  const sequence = await nextSequence(trx, workflowId);
  const opened = await openSession(trx, {
    sessionId: input.sessionId,
    workflowId,
    openKey: request.openKey,
    accountId,
    strategyId,
    strategy: { ...strategy },
    tradingMode: input.tradingMode,
    input: { ...input },
    checkpoint: { ...openingCheckpoint(input.startingCash), sequence },
    dataHash: request.dataHash,
    openedAtMs: request.nowMs,
  });
  if (opened.outcome === 'noAccount') throw unknownAccount(accountId);
  if (opened.outcome === 'busy') throw busy(opened.sessionId, input.accountId, strategyId);
  if (opened.outcome === 'repeated') return opened.session;
  const body = { sessionId: input.sessionId, run: opened.session.runCount, accountId, strategyId };
  await appendAudit(trx, [{ kind: 'session_opened', body, atMs: request.nowMs }]);
  await appendEvents(trx, [{ type: 'session_opened', payload: body, correlationId: workflowId, atMs: request.nowMs }]);
  return opened.session;
}

const busy = (sessionId: string, accountId: string, strategyId: string): InvalidInput => {
  const expected = `no other open session of strategy ${strategyId} on account ${accountId}`;
  return new InvalidInput([
    problem('ACCOUNT_BUSY', 'accountId', sessionId, expected, `stop session ${sessionId} first`),
  ]);
};

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
    riskState: openRiskState(cash, request.startsAtMs),
    fundingDoneMs: null,
    epoch: 0,
    createdAtMs: request.nowMs,
  };
  await createAccount(trx, account, depositEntries(accountId, cash, request.startsAtMs));
  return accountId;
}

export async function abandon(trx: Transaction<Tables>, sessionId: string, nowMs: number): Promise<void> {
  await trx
    .updateTable('sessions')
    .set((eb) => ({ state: 'closed', closed_at: new Date(nowMs).toISOString(), epoch: eb('epoch', '+', 1) }))
    .where('session_id', '=', sessionId)
    .where('state', '=', 'open')
    .execute();
  const payload = { sessionId, reason: 'its workflow had ended without closing it' };
  await appendEvents(trx, [{ type: 'session_abandoned', payload, correlationId: null, atMs: nowMs }]);
}
