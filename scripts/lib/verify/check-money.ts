/**
 * The money of one session's report, out of fills, funding, starting cash and bars. Of a session on a shared account
 * only that is recomputed which others cannot have changed.
 */
import type { SessionReport } from '../../../schemas/strategy-session.ts';
import { type Amount, amount, NONE, sum, toCents } from './amounts.ts';
import { pnlOf } from './check-account.ts';
import type { Findings } from './findings.ts';
import { isSimulated } from './read-account.ts';
import { type Rebuilt, type RoundTrip, rebuild } from './rebuild.ts';
import { lastClose, type SessionFacts } from './session-facts.ts';
import type { Span } from './session-span.ts';

/** A session on a shared account starts with what its checkpoint noted when it opened. */
export function checkMoney(
  path: string,
  report: SessionReport,
  facts: SessionFacts,
  span: Span,
  findings: Findings,
): void {
  const { rows, funding } = facts;
  const simulated = isSimulated(rows.account);
  const rebuilt = rebuild(amount(rows.account.starting_cash), span.until);
  const closed = rebuilt.roundTrips.filter((one) => span.isSince(one.fill) && isOwn(one, facts));
  const fills = span.until.filter((fill) => span.decisionIds.has(fill.order?.decision_id ?? ''));
  const noted = facts.session.checkpoint.equityStart;
  const start = simulated || typeof noted !== 'string' ? rows.account.starting_cash : noted;
  const end = equityAtEnd(facts, rebuilt, findings);
  findings.amount(`${path}.equityStart`, report.equityStart, toCents(amount(start)));
  if (end !== null)
    findings.amount(`${path}.equityEnd`, report.equityEnd, toCents(end), 'cash and positions at the end');
  findings.amount(`${path}.realizedPnl`, report.realizedPnl, toCents(sum(closed.map((one) => pnlOf(one, funding)))));
  findings.amount(`${path}.fees`, report.fees, toCents(sum(fills.map((fill) => amount(fill.fee)))));
  if (simulated || funding.length === 0) {
    findings.amount(`${path}.funding`, report.funding, toCents(sum(funding.map((one) => one.paid))));
  }
  findings.figure(`${path}.returnFraction`, report.returnFraction, growth(report));
}

function growth({ equityStart, equityEnd }: SessionReport): number {
  const start = amount(equityStart);
  return start.isZero() ? 0 : amount(equityEnd).minus(start).div(start).toNumber();
}

/** Round trips that this session's walk closed; orders by hand on the same account close their own. */
function isOwn({ fill }: RoundTrip, { rows, session }: SessionFacts): boolean {
  if (isSimulated(rows.account)) return true;
  return rows.trades.some((trade) => trade.trade_id === fill.trade_id && trade.session_id === session.sessionId);
}

/** Null where it cannot be told: without bars, or while others held positions or paid funding on the same account. */
function equityAtEnd(facts: SessionFacts, { cash, holdings }: Rebuilt, findings: Findings): Amount | null {
  const { rows, session, funding, series } = facts;
  const open = [...holdings.values()].filter((one) => !one.quantity.isZero());
  const isShared = !isSimulated(rows.account);
  const others = isShared && (funding.length > 0 || open.some((one) => one.strategyId !== session.strategyId));
  if (others || (series === null && open.length > 0)) {
    const why = others ? 'others traded on its account' : 'its bars are not at hand';
    findings.warn(`sessions.${session.sessionId}: equityEnd is not recomputed: ${why}`);
    return null;
  }
  const { cursor } = session.checkpoint;
  const worth = open.map((one) => one.quantity.times(lastClose(series ?? [], one.symbol, cursor) ?? NONE));
  return cash.minus(sum(funding.map((one) => one.paid))).plus(sum(worth));
}
