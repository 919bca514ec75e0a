/**
 * The performance figures of one run, out of its wealth bar by bar and the net result of each closed trade.
 * Fractions (0.1 = ten percent), money in the account's currency as doubles: figures to read, not to book.
 * Not the report: rounding, hashes and counts are `session-report.ts`.
 */
import { isExchangeTraded } from '../market/calendar.ts';
import { sessionBarsPerYear } from '../market/session-bars.ts';
import {
  annualReturnFraction,
  calmarRatio,
  sharpeRatio,
  simpleReturns,
  sortinoRatio,
  volatilityFraction,
} from './return-statistics.ts';

const DAY_MS = 24 * 3_600_000;
const YEAR_MS = 365 * DAY_MS;

/** `equity[0]` is the wealth at the start; `tradePnls` are net of fees and funding, one per closed trade. */
export type PerformanceInput = {
  readonly equity: readonly number[];
  readonly periodsPerYear: number;
  readonly tradePnls: readonly number[];
};

/** Null = undefined for this run (no trade, no loss, no spread, too few bars). Drawdown and averages are positive. */
export type PerformanceMetrics = {
  readonly finalEquity: number | null;
  readonly returnFraction: number | null;
  readonly annualReturnFraction: number | null;
  readonly volatilityFraction: number | null;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly calmar: number | null;
  readonly drawdownFractionMax: number;
  readonly drawdownBarsMax: number;
  readonly profitFactor: number | null;
  readonly winRate: number | null;
  readonly expectancy: number | null;
  readonly tradeCount: number;
  readonly averageWin: number | null;
  readonly averageLoss: number | null;
};

/**
 * How many bars of `intervalMs` a year holds, to annualise by: 365 days of them (8,760 hours); when every symbol is
 * exchange-traded those of 252 sessions (252 days, 1,764 hours). Bars longer than a day: 365 days of them.
 */
export function periodsPerYear(intervalMs: number, symbols: readonly string[] = []): number {
  const isByCalendar = intervalMs <= DAY_MS && symbols.length > 0 && symbols.every(isExchangeTraded);
  return isByCalendar ? sessionBarsPerYear(intervalMs) : YEAR_MS / intervalMs;
}

/**
 * All figures by empyrical's definitions (see `return-statistics.ts`); trade figures on money.
 * @throws RangeError where wealth or a trade's result is not a finite number
 */
export function performanceMetrics(input: PerformanceInput): PerformanceMetrics {
  requireFinite('equity', input.equity);
  requireFinite('tradePnls', input.tradePnls);
  const returns = simpleReturns(input.equity);
  const start = input.equity[0];
  const end = input.equity.at(-1);
  const wealth = start === undefined || end === undefined || start <= 0 ? null : end / start - 1;
  return {
    finalEquity: end ?? null,
    returnFraction: wealth,
    annualReturnFraction: annualReturnFraction(returns, input.periodsPerYear),
    volatilityFraction: volatilityFraction(returns, input.periodsPerYear),
    sharpe: sharpeRatio(returns, input.periodsPerYear),
    sortino: sortinoRatio(returns, input.periodsPerYear),
    calmar: calmarRatio(returns, input.periodsPerYear),
    ...drawdown(input.equity),
    ...tradeFigures(input.tradePnls),
  };
}

function requireFinite(name: string, values: readonly number[]): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) throw new RangeError(`${name}[${index}] is ${values[index]}, expected a finite number`);
}

/**
 * Depth as a fraction of the peak, and the most bars from a peak until it is reached again (or until the end).
 * Wealth of 0 or less counts as it is: a debt of a tenth after a peak is a drawdown of 1.1.
 */
export function drawdown(equity: readonly number[]): { drawdownFractionMax: number; drawdownBarsMax: number } {
  let peak = 0;
  let peakIndex = 0;
  let drawdownFractionMax = 0;
  let drawdownBarsMax = 0;
  equity.forEach((value, index) => {
    if (index > 0 && (value < peak || peakIndex < index - 1)) {
      drawdownBarsMax = Math.max(drawdownBarsMax, index - peakIndex);
    }
    if (value >= peak || index === 0) {
      peak = value;
      peakIndex = index;
    }
    if (peak > 0) drawdownFractionMax = Math.max(drawdownFractionMax, (peak - value) / peak);
  });
  return { drawdownFractionMax, drawdownBarsMax };
}

type TradeFigures = Pick<
  PerformanceMetrics,
  'profitFactor' | 'winRate' | 'expectancy' | 'tradeCount' | 'averageWin' | 'averageLoss'
>;

/**
 * Profit factor = sum of wins / sum of losses; win rate = wins / all; expectancy = winRate * averageWin -
 * lossRate * averageLoss = mean result. A trade of exactly 0 is neither a win nor a loss, and counts in `tradeCount`.
 */
export function tradeFigures(pnls: readonly number[]): TradeFigures {
  const wins = pnls.filter((pnl) => pnl > 0);
  const losses = pnls.filter((pnl) => pnl < 0);
  const won = wins.reduce((sum, pnl) => sum + pnl, 0);
  const lost = losses.reduce((sum, pnl) => sum - pnl, 0);
  return {
    profitFactor: losses.length === 0 ? null : won / lost,
    winRate: pnls.length === 0 ? null : wins.length / pnls.length,
    expectancy: pnls.length === 0 ? null : (won - lost) / pnls.length,
    tradeCount: pnls.length,
    averageWin: wins.length === 0 ? null : won / wins.length,
    averageLoss: losses.length === 0 ? null : lost / losses.length,
  };
}
