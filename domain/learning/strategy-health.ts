/**
 * Whether a strategy still works, by its last fifty closed trades: degraded at five losses in a row, at a win
 * rate below 35 % or at an average below −1 % of the entry's notional (spec 8.6). The last two need twenty
 * trades. A working strategy shows five losses in a row within fifty trades rather often: each rule is told with
 * how often it is wrong, and CUSUM stands beside them.
 */
import { sampleMoments } from './honesty/sample-moments.ts';
import { CUSUM, type CusumSums, cusumStep } from './online/cusum.ts';
import { ASSUMED_WIN_RATE, lossRunProbability, lowWinRateProbability } from './online/false-alarms.ts';

export type TradeResult = { readonly returnFraction: number };

/** CUSUM over the window, against the trades before it. It is shown and degrades nobody. */
export type HealthCusum = {
  readonly alarm: boolean;
  /** S− after the last trade, in standard deviations; after an alarm it has begun again at 0. */
  readonly down: number;
};

export type StrategyHealth = {
  readonly health: 'healthy' | 'degraded' | 'unknown';
  readonly reasons: readonly string[];
  /** Of the window, at most fifty. */
  readonly trades: number;
  readonly winRate: number | null;
  readonly averageReturn: number | null;
  readonly lossesInARow: number;
  /** Null until twenty trades stand before the window, and where those were all alike. */
  readonly cusum: HealthCusum | null;
};

const WINDOW = 50;
const LOSSES_IN_A_ROW = 5;
const TRADES_MIN = 20;
const WIN_RATE_MIN = 0.35;
const AVERAGE_MIN = -0.01;

/** @param trades oldest first; a loss is a return below 0 */
export function strategyHealth(trades: readonly TradeResult[]): StrategyHealth {
  const returns = trades.map(({ returnFraction }) => returnFraction);
  const last = returns.slice(-WINDOW);
  if (last.length === 0) return NOTHING_KNOWN;
  const streak = lossStreak(last);
  const winRate = last.filter((one) => one > 0).length / last.length;
  const average = meanOf(last);
  const isJudged = last.length >= TRADES_MIN;
  const reasons = [
    ...(streak >= LOSSES_IN_A_ROW ? [`${streak} losses in a row (${oftenByLuck(last.length)})`] : []),
    ...(isJudged && !(winRate >= WIN_RATE_MIN) ? [`win rate ${percent(winRate)} of ${last.length} trades`] : []),
    ...(isJudged && !(average >= AVERAGE_MIN) ? [`average ${percent(average)} of ${last.length} trades`] : []),
  ];
  return {
    health: reasons.length === 0 ? 'healthy' : 'degraded',
    reasons,
    trades: last.length,
    winRate,
    averageReturn: average,
    lossesInARow: streak,
    cusum: cusumOf(returns.slice(0, -WINDOW), last),
  };
}

const NOTHING_KNOWN: StrategyHealth = {
  health: 'unknown',
  reasons: [],
  trades: 0,
  winRate: null,
  averageReturn: null,
  lossesInARow: 0,
  cusum: null,
};

/** How often each rule degrades a strategy that works, by luck alone. */
export type HealthFalseAlarms = {
  /** The true win rate that is assumed. */
  readonly winRate: number;
  readonly trades: number;
  /** Five losses in a row somewhere within so many trades. */
  readonly lossesInARow: number;
  /** A win rate below 35 % of so many trades; null below twenty, where it is not judged. */
  readonly winRateLow: number | null;
};

/** @throws RangeError where winRate is not a probability */
export function healthFalseAlarms(trades = WINDOW, winRate = ASSUMED_WIN_RATE): HealthFalseAlarms {
  const isJudged = trades >= TRADES_MIN;
  return {
    winRate,
    trades,
    lossesInARow: lossRunProbability(winRate, LOSSES_IN_A_ROW, trades),
    winRateLow: isJudged ? lowWinRateProbability(winRate, WIN_RATE_MIN, trades) : null,
  };
}

function oftenByLuck(trades: number): string {
  const { lossesInARow, winRate } = healthFalseAlarms(trades);
  return `by luck alone in ${percent(lossesInARow)} of ${trades} trades at a win rate of ${percent(winRate)}`;
}

const lossStreak = (returns: readonly number[]): number => {
  const lastGood = returns.findLastIndex((one) => !(one < 0));
  return returns.length - 1 - lastGood;
};

function cusumOf(before: readonly number[], window: readonly number[]): HealthCusum | null {
  const moments = before.length < TRADES_MIN ? null : sampleMoments(before);
  if (moments === null || moments.deviation === 0) return null;
  const { mean, deviation } = moments;
  let sums: CusumSums = { up: 0, down: 0 };
  let alarm = false;
  for (const value of window) {
    const step = cusumStep(sums, (value - mean) / deviation, CUSUM);
    sums = step.sums;
    alarm ||= step.alarm === 'down';
  }
  return { alarm, down: sums.down };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
