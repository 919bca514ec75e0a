/** The counts of a report against the tables they count: decisions, refusals, orders, fills, trades, bars, gaps. */
import { sql } from 'kysely';
import type { Database } from '../../../db/tables.ts';
import { findReportableGaps } from '../../../domain/market/reportable-gaps.ts';
import type { SessionReport } from '../../../schemas/strategy-session.ts';
import { NONE } from './amounts.ts';
import { pnlOf } from './check-account.ts';
import type { Findings } from './findings.ts';
import { rebuild } from './rebuild.ts';
import { pastInstantsOf, type SessionFacts } from './session-facts.ts';
import type { Span } from './session-span.ts';

type Counts = Readonly<Record<string, number>>;

export async function checkCounts(
  db: Database,
  path: string,
  report: SessionReport,
  facts: SessionFacts,
  span: Span,
  findings: Findings,
): Promise<void> {
  const { session, series } = facts;
  const decided = await decisionCounts(db, session);
  findings.value(`${path}.decisions`, report.decisions, decided.decisions);
  checkNamed(`${path}.noDecisionsByReason`, report.noDecisionsByReason, decided.reasons, findings);
  checkNamed(`${path}.refusalsByRule`, report.refusalsByRule, decided.rules, findings);
  findings.value(`${path}.bars`, report.bars, session.checkpoint.cursor - pastInstantsOf(session), 'instants walked');
  checkTrading(path, report, facts, span, findings);
  if (series === null) return;
  const gaps = series.flatMap((bars) => findReportableGaps(bars));
  const missing = gaps.reduce((total, gap) => total + gap.missingCount, 0);
  findings.value(`${path}.gaps`, report.gaps, gaps.length);
  findings.value(`${path}.barsMissing`, report.barsMissing, missing);
}

function checkTrading(
  path: string,
  report: SessionReport,
  { rows, session, funding }: SessionFacts,
  span: Span,
  findings: Findings,
): void {
  const { roundTrips } = rebuild(NONE, span.until);
  const closed = new Map(roundTrips.map((one) => [one.fill.trade_id, one]));
  const filled = new Set(span.until.map((fill) => fill.client_order_id));
  const isOwn = (decisionId: string | null | undefined): boolean => span.decisionIds.has(decisionId ?? '');
  // A liquidation after the session's end is an order of its decision, but none of the session.
  const orders = rows.orders.filter(
    (one) => isOwn(one.decision_id) && (one.leg !== 'liquidation' || filled.has(one.client_order_id)),
  );
  const trades = rows.trades.filter(
    (one) => isOwn(one.decision_id) && one.session_id === session.sessionId && closed.has(one.trade_id),
  );
  const wins = trades.filter((one) => {
    const roundTrip = closed.get(one.trade_id);
    return roundTrip !== undefined && pnlOf(roundTrip, funding).gt(NONE);
  }).length;
  const own = span.until.filter((fill) => isOwn(fill.order?.decision_id));
  const counting = own.length - 2 * own.filter((fill) => fill.takes_back !== null).length;
  findings.value(`${path}.orders`, report.orders, orders.length);
  findings.value(`${path}.fills`, report.fills, counting);
  findings.value(`${path}.trades`, report.trades, trades.length);
  findings.figure(`${path}.hitRate`, report.hitRate, trades.length === 0 ? null : wins / trades.length);
}

type Run = { readonly sessionId: string; readonly runCount: number };

async function decisionCounts(
  db: Database,
  { sessionId, runCount }: Run,
): Promise<{ decisions: number; reasons: Counts; rules: Counts }> {
  const ofRun = sql`from decisions d where d.session_id = ${sessionId} and d.run = ${runCount}`;
  const reasons = await sql<{ name: string | null; count: number }>`
    select d.no_decision as name, count(*)::int as count ${ofRun} group by 1`.execute(db);
  const rules = await sql<{ name: string; count: number }>`select r.rule as name, count(*)::int as count
    from gate_refusals r where r.decision_id in (select d.decision_id ${ofRun}) group by 1`.execute(db);
  return {
    decisions: reasons.rows.reduce((total, row) => total + row.count, 0),
    reasons: Object.fromEntries(reasons.rows.flatMap((row) => (row.name === null ? [] : [[row.name, row.count]]))),
    rules: Object.fromEntries(rules.rows.map((row) => [row.name, row.count])),
  };
}

function checkNamed(path: string, stored: Counts, expected: Counts, findings: Findings): void {
  for (const name of new Set([...Object.keys(stored), ...Object.keys(expected)])) {
    findings.value(`${path}.${name}`, stored[name] ?? 0, expected[name] ?? 0);
  }
}
