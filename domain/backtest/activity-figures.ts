/**
 * How busy a run was and what that cost: exposure, turnover, costs; and the same run seen regime by regime. Fractions
 * (1 = all of the wealth), money in the account's currency as doubles: figures to read, not to book.
 */
import { drawdown, tradeFigures } from './metrics.ts';
import { sharpeRatio, simpleReturns, volatilityFraction } from './return-statistics.ts';

/** `equity[0]` is the wealth at the start; `exposure[i]` the signed position value over wealth at the end of bar i. */
export type ActivityInput = {
  readonly equity: readonly number[];
  readonly exposure: readonly number[];
  /** Value of everything bought and sold, without sign. */
  readonly tradedValue: number;
  /** Commissions, spread and slippage, funding and borrowing; positive = paid. */
  readonly costs: number;
  readonly periodsPerYear: number;
};

export type ActivityFigures = {
  /** Share of bars with a position; null without bars. */
  readonly timeInMarketFraction: number | null;
  /** Mean of |exposure| over all bars. */
  readonly exposureFractionMean: number | null;
  readonly exposureFractionMax: number | null;
  /** Traded value a year over mean wealth; null without bars or with no wealth. */
  readonly turnoverPerYear: number | null;
  readonly costs: number;
  /** Costs over mean wealth; null as turnover. */
  readonly costFraction: number | null;
};

export function activityFigures({
  equity,
  exposure,
  tradedValue,
  costs,
  periodsPerYear,
}: ActivityInput): ActivityFigures {
  const bars = exposure.length;
  const wealth = equity.length === 0 ? 0 : equity.reduce((sum, value) => sum + value, 0) / equity.length;
  const sizes = exposure.map(Math.abs);
  const perWealth = (amount: number): number | null => (bars === 0 || wealth <= 0 ? null : amount / wealth);
  return {
    timeInMarketFraction: bars === 0 ? null : sizes.filter((size) => size > 0).length / bars,
    exposureFractionMean: bars === 0 ? null : sizes.reduce((sum, size) => sum + size, 0) / bars,
    exposureFractionMax: bars === 0 ? null : sizes.reduce((a, b) => Math.max(a, b)),
    turnoverPerYear: perWealth((tradedValue * periodsPerYear) / bars),
    costs,
    costFraction: perWealth(costs),
  };
}

export type RegimeInput = {
  readonly equity: readonly number[];
  readonly periodsPerYear: number;
  /** Of bar i, whose wealth is `equity[i + 1]`; null = not known yet. */
  readonly regimes: readonly (string | null)[];
  /** Net result of each closed trade with the regime at its entry. */
  readonly trades: readonly { readonly pnl: number; readonly regime: string | null }[];
};

export type RegimeFigures = ReturnType<typeof figuresOfRegime>;

/**
 * The run by the regime of each bar (returns) and by the regime at entry (trades): what one may still choose before.
 * A bar belongs to the regime that was known at its open, that of the bar before it. `unknown` gathers the rest.
 * @throws RangeError unless there is one regime a bar
 */
export function regimeFigures({ equity, regimes, trades, periodsPerYear }: RegimeInput): Record<string, RegimeFigures> {
  const returns = simpleReturns(equity);
  if (regimes.length !== returns.length) {
    throw new RangeError(`regimes: got ${regimes.length}, expected one for each of ${returns.length} bars`);
  }
  const parts = new Map<string, { readonly returns: number[]; readonly pnls: number[] }>();
  const partOf = (regime: string | null | undefined) => {
    const name = regime ?? UNKNOWN;
    const part = parts.get(name) ?? { returns: [], pnls: [] };
    parts.set(name, part);
    return part;
  };
  for (const [i, value] of returns.entries()) partOf(regimes[i - 1]).returns.push(value);
  for (const { pnl, regime } of trades) partOf(regime).pnls.push(pnl);
  const told = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    told.map(([name, part]) => [name, figuresOfRegime(part.returns, part.pnls, periodsPerYear)]),
  );
}

const UNKNOWN = 'unknown';

/** Returns of the regime's bars as if they followed each other; drawdowns are within those. No wealth earns nothing. */
function figuresOfRegime(returns: readonly number[], pnls: readonly number[], periodsPerYear: number) {
  const wealth = [1];
  for (const value of returns) wealth.push((wealth.at(-1) as number) * (1 + (Number.isNaN(value) ? 0 : value)));
  return {
    bars: returns.length,
    returnFraction: (wealth.at(-1) as number) - 1,
    volatilityFraction: volatilityFraction(returns, periodsPerYear),
    sharpe: sharpeRatio(returns, periodsPerYear),
    drawdownFractionMax: drawdown(wealth).drawdownFractionMax,
    ...tradeFigures(pnls),
  };
}
