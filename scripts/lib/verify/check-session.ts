/** One session: its equity curve point by point, then its report: money, counts, ratios, the hash over all of it. */
import { readEquity } from '../../../db/equity.ts';
import type { Database } from '../../../db/tables.ts';
import { periodsPerYear } from '../../../domain/backtest/metrics.ts';
import { resultHash } from '../../../domain/backtest/session-report.ts';
import { type SessionReport, sessionReportSchema } from '../../../schemas/strategy-session.ts';
import { amount, amountText } from './amounts.ts';
import { checkCounts } from './check-counts.ts';
import { checkMoney } from './check-money.ts';
import { type CurvePoint, equityCurve } from './equity-curve.ts';
import type { Findings } from './findings.ts';
import { isSimulated } from './read-account.ts';
import { drawdownOf, sharpeOf } from './run-figures.ts';
import { pastInstantsOf, type SessionFacts } from './session-facts.ts';
import { sessionSpan } from './session-span.ts';

/** An open session has a curve, but no report yet. */
export async function checkSession(db: Database, facts: SessionFacts, findings: Findings): Promise<void> {
  const { session } = facts;
  const path = `sessions.${session.sessionId}`;
  const { atMs, equity } = await readEquity(db, session.sessionId, session.runCount);
  const stored = atMs.map((at, index) => ({ atMs: at, equity: equity[index] ?? '' }));
  const curve = curveOf(facts);
  if (curve !== null) checkCurve(`${path}.equity`, stored, curve, findings);
  if (session.report === null) return;
  const parsed = sessionReportSchema.safeParse(session.report);
  if (!parsed.success) {
    findings.mismatch(`${path}.report`, session.report, 'a report');
    return;
  }
  const span = await sessionSpan(db, facts.rows, session);
  if (span === null) {
    findings.warn(`${path}: the events of its opening and closing are missing, its report is not recomputed`);
    return;
  }
  checkMoney(`${path}.report`, parsed.data, facts, span, findings);
  await checkCounts(db, `${path}.report`, parsed.data, facts, span, findings);
  checkFigures(`${path}.report`, parsed.data, facts, equity, findings);
}

function curveOf({ session, rows, funding, series }: SessionFacts): CurvePoint[] | null {
  if (series === null || !isSimulated(rows.account)) return null;
  const startingCash = amount(rows.account.starting_cash);
  const { cursor } = session.checkpoint;
  const pastInstants = pastInstantsOf(session);
  return equityCurve({ startingCash, fills: rows.fills, funding, series, cursor, pastInstants });
}

type StoredPoint = { readonly atMs: number; readonly equity: string };

/** One wrong fill bends the whole rest of a curve: the first point that differs is told, the others are counted. */
function checkCurve(
  path: string,
  stored: readonly StoredPoint[],
  curve: readonly CurvePoint[],
  findings: Findings,
): void {
  findings.value(`${path}.length`, stored.length, curve.length, 'one point an instant');
  const wrong = stored.flatMap((point, index) => {
    const expected = curve[index];
    const same = expected !== undefined && expected.atMs === point.atMs && expected.equity.eq(point.equity);
    return same || expected === undefined ? [] : [{ index, point, expected }];
  });
  const [first] = wrong;
  if (first === undefined) return;
  const got = `${first.point.equity} at ${first.point.atMs}`;
  const expected = `${amountText(first.expected.equity)} at ${first.expected.atMs}`;
  findings.mismatch(`${path}[${first.index}]`, got, expected, `${wrong.length} points differ`);
}

function checkFigures(
  path: string,
  report: SessionReport,
  { session }: SessionFacts,
  points: readonly string[],
  findings: Findings,
): void {
  const wealth = [report.equityStart, ...points].map(Number);
  findings.figure(
    `${path}.sharpe`,
    report.sharpe,
    sharpeOf(wealth, periodsPerYear(report.barIntervalMs, report.symbols)),
  );
  findings.figure(`${path}.drawdownFractionMax`, report.drawdownFractionMax, drawdownOf(wealth));
  findings.value(`${path}.sessionId`, report.sessionId, session.sessionId);
  findings.value(`${path}.dataHash`, report.dataHash, session.dataHash, 'as in the session');
  findings.value(`${path}.resultHash`, report.resultHash, resultHash(report), 'the hash of the report as it is stored');
}
