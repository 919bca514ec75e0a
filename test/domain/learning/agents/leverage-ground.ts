/** Markets of the leverage agent with chosen prices, and walks through them by chosen actions. */
import { agentMarket } from '../../../../domain/learning/agents/agent-market.ts';
import { leverageWorld } from '../../../../domain/learning/agents/leverage-market.ts';
import { isOpen } from '../../../../domain/learning/agents/value-targets.ts';
import { LEVERAGE_ACTIONS, type LeverageAction } from '../../../../domain/learning/leverage/actions.ts';
import type { BarSeries } from '../../../../domain/market/bar-series.ts';
import type { MarketTrainingInput } from '../../../../schemas/agent-training.ts';
import { bars, market, trainingOf } from './synthetic-ground.ts';

export const inputOf = (change: object = {}): MarketTrainingInput => trainingOf('leverage', change);
export const world = leverageWorld(market, inputOf());

/** The bars from 300 on at such prices, open and close the same but for what is given; before it 100 throughout. */
export function pricedAt(closes: readonly number[], change: Partial<Record<'high' | 'low', readonly number[]>> = {}) {
  const at = (prices: readonly number[]) => Float64Array.from(bars.close, (_, i) => prices[i - 300] ?? 100);
  const open = Float64Array.from(bars.close, (_, i) => closes[i - 301] ?? 100);
  const edge = (name: 'high' | 'low', of: (a: number, b: number) => number) =>
    at(change[name] ?? []).map((given, i) =>
      change[name]?.[i - 300] === undefined ? of(open[i] as number, closes[i - 300] ?? 100) : given,
    );
  const series: BarSeries = {
    ...bars,
    open,
    close: at(closes),
    high: edge('high', Math.max),
    low: edge('low', Math.min),
  };
  return agentMarket(series);
}

/** Actions from bar 300 on; each is what the agent chose, not what was done. */
export function lived(at: ReturnType<typeof agentMarket>, actions: readonly LeverageAction[], change: object = {}) {
  const own = leverageWorld(at, inputOf(change));
  let state = own.opened(300, 600);
  return actions.map((action, k) => {
    const before = { open: own.open(state), state };
    const step = own.step(state, action);
    state = step.state;
    return { ...step, before, terms: own.terms(step, 300 + k) };
  });
}

export const openActions = (open: number): LeverageAction[] =>
  LEVERAGE_ACTIONS.filter((_, action) => isOpen(open, action));
