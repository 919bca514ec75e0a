/**
 * Whether a strategy still works, by its last closed trades: degraded at five losses in a row, at a win rate below 35 % or at an
 * average below −1 % of the entry's notional (spec 8.6). The last two need twenty trades. A working strategy shows five losses in
 * a row within fifty trades rather often (39 % at a true win rate of 55 %): the reason always says which rule it was.
 */

export type TradeResult = { readonly returnFraction: number };
export type StrategyHealth = {
  readonly health: 'healthy' | 'degraded' | 'unknown';
  readonly reasons: readonly string[];
};

const WINDOW = 50;
const LOSSES_IN_A_ROW = 5;
const TRADES_MIN = 20;
const WIN_RATE_MIN = 0.35;
const AVERAGE_MIN = -0.01;

/** @param trades oldest first; a loss is a return below 0 */
export function strategyHealth(trades: readonly TradeResult[]): StrategyHealth {
  const last = trades.slice(-WINDOW).map(({ returnFraction }) => returnFraction);
  if (last.length === 0) return { health: 'unknown', reasons: [] };
  const streak = lossStreak(last);
  const winRate = last.filter((one) => one > 0).length / last.length;
  const average = last.reduce((sum, one) => sum + one, 0) / last.length;
  const isJudged = last.length >= TRADES_MIN;
  const reasons = [
    ...(streak >= LOSSES_IN_A_ROW ? [`${streak} losses in a row`] : []),
    ...(isJudged && !(winRate >= WIN_RATE_MIN) ? [`win rate ${percent(winRate)} of ${last.length} trades`] : []),
    ...(isJudged && !(average >= AVERAGE_MIN) ? [`average ${percent(average)} of ${last.length} trades`] : []),
  ];
  return { health: reasons.length === 0 ? 'healthy' : 'degraded', reasons };
}

const lossStreak = (returns: readonly number[]): number => {
  const lastGood = returns.findLastIndex((one) => !(one < 0));
  return returns.length - 1 - lastGood;
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
