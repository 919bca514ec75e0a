/**
 * Builds the report a session ends with: pure, out of counts, wealth, closed trades and hashes. Equal runs give
 * byte-equal reports: money as decimal strings without idle zeros, other numbers rounded to 12 significant digits.
 * Fractions here; percent only in `report-text.ts`.
 */
import type { ClosedTrade } from '../../schemas/execution.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import { canonicalJson, sha256Hex } from '../canonical-json.ts';
import { decimalText, toDecimal } from '../decimal.ts';
import { performanceMetrics, periodsPerYear } from './metrics.ts';

const SIGNIFICANT_DIGITS = 12;

type Derived =
  | 'trades'
  | 'returnFraction'
  | 'sharpe'
  | 'drawdownFractionMax'
  | 'hitRate'
  | 'returnOnModelCost'
  | 'resultHash';

/**
 * What a run knows at its end. `equity` is the wealth at the start and after each bar; `trades` the closed round trips;
 * `equityStart`, `equityEnd`, `realizedPnl`, `fees`, `funding` exact decimal strings in any spelling.
 */
export type ReportParts = Omit<SessionReport, Derived | 'contaminated'> & {
  /** @default false */
  readonly contaminated?: boolean;
  readonly equity: readonly number[];
  readonly trades: readonly Pick<ClosedTrade, 'pnl'>[];
};

/**
 * The report with its hash. `hitRate` = winning / closed trades; `returnOnModelCost` = (end - start equity) / money
 * spent on models, null when nothing was spent; Sharpe per year of bars (`periodsPerYear`).
 * @throws RangeError where `equity` holds a number that is not finite
 */
export function buildReport(parts: ReportParts): SessionReport {
  const { equity, trades, ...rest } = parts;
  const figures = performanceMetrics({
    equity,
    periodsPerYear: periodsPerYear(parts.barIntervalMs, parts.symbols),
    tradePnls: trades.map((trade) => Number(trade.pnl)),
  });
  const report = {
    ...rest,
    contaminated: parts.contaminated ?? false,
    ...exactMoney(parts),
    noDecisionsByReason: sorted(parts.noDecisionsByReason),
    refusalsByRule: sorted(parts.refusalsByRule),
    trades: trades.length,
    returnFraction: returnFraction(parts),
    sharpe: roundOrNull(figures.sharpe),
    drawdownFractionMax: roundFigure(figures.drawdownFractionMax),
    hitRate: roundOrNull(figures.winRate),
    returnOnModelCost: returnOnModelCost(parts),
  };
  return { ...report, resultHash: resultHash(report) };
}

/**
 * sha256 of the canonical JSON of the report without the fields that differ between equal runs: the session's id,
 * the version of the code, and the hash itself; `contaminated` only where it is so. A report holds no wall-clock field.
 */
export function resultHash(report: Omit<SessionReport, 'resultHash'> & { readonly resultHash?: string }): string {
  const { sessionId: _session, codeVersion: _version, resultHash: _hash, contaminated, ...content } = report;
  return sha256Hex(canonicalJson(contaminated ? { ...content, contaminated } : content));
}

/** Rounds to 12 significant digits, so that the last bits of a sum do not matter; -0 becomes 0. */
export const roundFigure = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS)) + 0;

const roundOrNull = (value: number | null): number | null => (value === null ? null : roundFigure(value));

type MoneyField = 'equityStart' | 'equityEnd' | 'realizedPnl' | 'fees' | 'funding';

const exactMoney = (parts: ReportParts): Pick<SessionReport, MoneyField> => ({
  equityStart: plainMoney(parts.equityStart),
  equityEnd: plainMoney(parts.equityEnd),
  realizedPnl: plainMoney(parts.realizedPnl),
  fees: plainMoney(parts.fees),
  funding: plainMoney(parts.funding),
});

/** `100000.00` and `100000` are one amount and get one spelling; no exponent, no minus zero. */
const plainMoney = (text: string): string => decimalText(toDecimal(text));

/** Computed from the exact strings: a gain of one cent in a billion is still there. 0 for a start of 0. */
function returnFraction(parts: ReportParts): number {
  const start = toDecimal(parts.equityStart);
  if (start.isZero()) return 0;
  return roundFigure(toDecimal(parts.equityEnd).minus(start).div(start).toNumber());
}

function returnOnModelCost(parts: ReportParts): number | null {
  if (parts.modelCostMicroUsd === 0) return null;
  const profitMicroUsd = toDecimal(parts.equityEnd).minus(parts.equityStart).times(1_000_000);
  return roundFigure(profitMicroUsd.div(parts.modelCostMicroUsd).toNumber());
}

const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
