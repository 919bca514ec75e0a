/**
 * What a strategy of two legs is: one column set over the instants at which both symbols have a bar, and a signal for
 * each leg. The signals of one instant mirror each other: where one leg wants in (or out), so does the other.
 */
import type { Costs } from '../../schemas/execution.ts';
import { ontoBars, type PairBars } from './pair-bars.ts';
import {
  type Columns,
  hold,
  type SignalRules,
  type StrategyParameters,
  type StrategySignal,
  valueAt,
} from './strategy.ts';

/** The first symbol of a session, or the second. */
export type PairLeg = 'first' | 'second';

export type PairMoment = { readonly n: number; readonly columns: Columns; readonly p: StrategyParameters };

export type TwoLegRules = {
  readonly warmupBars: (p: StrategyParameters) => number;
  /**
   * Columns over the common instants, causal. `quantityRatio` = units of the first symbol for one unit of the second;
   * NaN where the pair has no hedge.
   */
  readonly prepare: (pair: PairBars, p: StrategyParameters, costs: Costs) => Columns;
  readonly signal: (leg: PairLeg, moment: PairMoment) => StrategySignal;
};

/** Number of the common instant + 1, on each bar that has a partner. */
const COMMON = 'common';

/** One symbol's columns and rules, as the walk of a single symbol takes them. */
export type LegMarket = { readonly columns: Columns; readonly rules: SignalRules };

export function legMarkets(
  rules: TwoLegRules,
  pair: PairBars,
  p: StrategyParameters,
  costs: Costs,
): Readonly<Record<PairLeg, LegMarket>> {
  const common = Float64Array.from(pair.openTimeMs, (_, n) => n + 1);
  const columns = { ...rules.prepare(pair, p, costs), [COMMON]: common };
  return {
    first: { columns: ontoBars(columns, pair.atFirst, pair.first.close.length), rules: legRules(rules, 'first') },
    second: { columns: ontoBars(columns, pair.atSecond, pair.second.close.length), rules: legRules(rules, 'second') },
  };
}

/** Silent where the partner has no bar, and until both have had the bars of the warm-up together. */
const legRules = (rules: TwoLegRules, leg: PairLeg): SignalRules => ({
  warmupBars: rules.warmupBars,
  signal: ({ i, columns, p }) => {
    const common = valueAt(columns, COMMON, i);
    if (Number.isNaN(common)) return undecided('PARTNER_BAR_MISSING', 'the other symbol has no bar at this instant');
    const needed = rules.warmupBars(p);
    if (common < needed) return undecided('WARM_UP', `warming up: bar ${common} of ${needed} of both symbols`);
    return rules.signal(leg, { n: i, columns, p });
  },
});

/** No side, no exit, and the reason why there is no decision. */
export const undecided = (noDecision: string, reason: string): StrategySignal => ({ ...hold(reason), noDecision });

/** The signal of one leg, out of what the second leg wants: the first takes the other side of each. */
export const legSignal = (leg: PairLeg, second: StrategySignal): StrategySignal =>
  leg === 'second'
    ? second
    : {
        ...second,
        side: second.side === 0 ? 0 : second.side === 1 ? -1 : 1,
        exitLong: second.exitShort,
        exitShort: second.exitLong,
      };
