/** Closes a session: its last orders end, the report is built from its rows and stored. Done twice, it is done once. */
import type { Transaction } from 'kysely';
import { buildReport, type ReportParts } from '../domain/backtest/session-report.ts';
import { endingWithSession } from '../domain/execution/order-ends.ts';
import type { SessionHandle, WalkResult } from '../schemas/session-walk.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { withdrawAll } from './approvals.ts';
import { appendAudit } from './audit.ts';
import { endUnsent } from './end-unsent.ts';
import { appendEvents } from './events.ts';
import { type LoadedSession, loadSession } from './load-session.ts';
import { unsentOrders } from './orders.ts';
import { saveOutcome, type WalkOutcome } from './save-outcome.ts';
import type { SessionTotals } from './session-totals.ts';
import { readSessionTotals } from './session-totals.ts';
import { closeSession } from './sessions.ts';
import type { Tables } from './tables.ts';

export async function closeOnce(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  nowMs: number,
  finish: (loaded: LoadedSession) => WalkOutcome,
  parts: (loaded: LoadedSession, totals: SessionTotals) => ReportParts,
): Promise<{ report: SessionReport; result: WalkResult }> {
  const loaded = await loadSession(trx, handle);
  const stored = loaded.session;
  if (stored.state === 'closed' && stored.report !== null && loaded.checkpoint.last !== null) {
    return { report: stored.report as SessionReport, result: loaded.checkpoint.last };
  }
  const outcome = finish(loaded);
  const ending = endingWithSession(await unsentOrders(trx, handle.sessionId));
  await endUnsent(trx, { nowMs: () => nowMs }, ending, 'its session has ended');
  await saveOutcome(trx, handle, loaded, outcome, { last: outcome.result });
  await withdrawAll(trx, handle.sessionId, nowMs);
  const report = buildReport(parts({ ...loaded, state: outcome.batch.state }, await readSessionTotals(trx, handle)));
  if (!(await closeSession(trx, handle, { ...report }, nowMs)))
    throw new Error(`session ${handle.sessionId} is held by a newer run`);
  const payload = { sessionId: handle.sessionId, stoppedBy: report.stoppedBy, resultHash: report.resultHash };
  await appendAudit(trx, [{ kind: 'session_closed', body: payload, atMs: nowMs }]);
  await appendEvents(trx, [{ type: 'session_closed', payload, correlationId: handle.workflowId, atMs: nowMs }]);
  return { report, result: outcome.result };
}
