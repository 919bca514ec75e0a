/**
 * What a strategy has earned the right to: 2 × Sharpe + win-rate bonus + profit-factor bonus − 3
 * × drawdown + 1.5 × its performance in the present regime; a degraded strategy keeps a quarter,
 * a disabled one nothing (spec 8.7 and details).
 * Sharpe and regime performance are shrunk by n / (n + 20) closed trades: a few good ones prove little.
 */

export type StrategyRecord = {
  readonly strategyId: string;
  /** Return of each UTC day on the strategy's own capital, oldest first, days without a trade as 0. */
  readonly dailyReturns: readonly number[];
  /** Net return of each closed trade on its notional. */
  readonly trades: readonly { readonly returnFraction: number; readonly regime: string | null }[];
  readonly health: 'healthy' | 'degraded' | 'unknown' | 'disabled';
};

export type ScoreParts = {
  readonly sharpe: number;
  readonly winRateBonus: number;
  readonly profitFactorBonus: number;
  readonly drawdown: number;
  readonly regime: number;
  /** What health leaves of a score above 0: 1, 0.25 or 0. */
  readonly healthFactor: number;
};

const DAYS_A_YEAR = 365;
const TRADES_TO_TRUST = 20;
const HEALTH = { healthy: 1, unknown: 1, degraded: 0.25, disabled: 0 } as const;

export function scoreParts(record: StrategyRecord, regime: string | null): ScoreParts {
  const returns = record.trades.map(({ returnFraction }) => returnFraction);
  const here = record.trades.filter((one) => regime !== null && one.regime === regime);
  return {
    sharpe: 2 * trust(returns.length) * annualSharpe(record.dailyReturns),
    winRateBonus: winRateBonus(returns),
    profitFactorBonus: profitFactorBonus(returns),
    drawdown: -3 * drawdownOf(record.dailyReturns),
    regime: 1.5 * trust(here.length) * bounded(ratioOf(here.map(({ returnFraction }) => returnFraction))),
    healthFactor: HEALTH[record.health],
  };
}

/** The sum of the parts; health makes one above 0 smaller, and never one below 0 better. */
export function scoreOf({ healthFactor, ...parts }: ScoreParts): number {
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  return sum > 0 ? sum * healthFactor : sum;
}

const trust = (trades: number): number => trades / (trades + TRADES_TO_TRUST);
const bounded = (value: number): number => Math.max(-1, Math.min(1, value));

/** 2 × (win rate − 0.55) above 0.55. */
function winRateBonus(returns: readonly number[]): number {
  const rate = returns.filter((one) => one > 0).length / returns.length;
  return rate > 0.55 ? 2 * (rate - 0.55) : 0;
}

/** 0.5 × min(profit factor − 1, 1) above 1; without a loss the most. */
function profitFactorBonus(returns: readonly number[]): number {
  const won = returns.reduce((sum, one) => sum + Math.max(0, one), 0);
  const lost = returns.reduce((sum, one) => sum + Math.max(0, -one), 0);
  const factor = lost > 0 ? won / lost : won > 0 ? Number.POSITIVE_INFINITY : 0;
  return factor > 1 ? 0.5 * Math.min(factor - 1, 1) : 0;
}

const annualSharpe = (daily: readonly number[]): number => ratioOf(daily) * Math.sqrt(DAYS_A_YEAR);

/** Mean over sample standard deviation; 0 for fewer than two, or where nothing varies. */
function ratioOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return variance > 1e-18 ? mean / Math.sqrt(variance) : 0;
}

/** The deepest fall from a peak of the compounded returns, as a positive fraction. */
export function drawdownOf(returns: readonly number[]): number {
  let [ofPeak, deepest] = [1, 0];
  for (const one of returns) {
    ofPeak = Math.min(1, ofPeak * Math.max(0, 1 + one));
    deepest = Math.max(deepest, 1 - ofPeak);
  }
  return deepest;
}
