/**
 * The market as the leverage agent learns in it: eleven actions, masked by what is held and by what the margin forces. The
 * end of a window is a time limit and no termination; a liquidation terminates, and so does an account that is ruined.
 */
import type { FeatureColumns } from '../../features/feature-columns.ts';
import { LEVERAGE_ACTIONS, type LeverageAction, maskedActions } from '../leverage/actions.ts';
import { type LeverageStep, type LeverageTerms, leverageReward, rewardOf } from '../leverage/rewards.ts';
import type { BarRange } from '../validation/splits.ts';
import type { AgentMarket } from './agent-market.ts';
import type { Environment } from './environment.ts';
import { finite, RUIN_FRACTION } from './kept-account.ts';
import { type LeverageState, type Lived, leverageAccount } from './leverage-account.ts';
import {
  LEVERAGE_INPUTS,
  leverageRows,
  leverageSight,
  type SeenAccount,
  seenPast,
  seenWithout,
} from './leverage-features.ts';
import type { MarketTerms } from './market-plan.ts';

/** What the agent can see and do at every bar of a market. */
export type LeverageWorld = ReturnType<typeof leverageWorld>;

export type Episodes = {
  /** Bars in which episodes lie. */
  readonly range: BarRange;
  readonly episodeBars: number;
  /** What a reward is multiplied with before it is learned from. */
  readonly rewardScale: number;
};

export function leverageWorld({ market, columns, rows }: AgentMarket, terms: MarketTerms) {
  const account = leverageAccount(market, terms);
  const cells = leverageRows(columns, rows);
  const known = new Map<string, number>();
  const seen = new Float32Array(LEVERAGE_INPUTS);
  return {
    opened: account.opened,
    step: account.step,
    /** Bits of the actions that are not masked. */
    open(state: LeverageState): number {
      const room = account.room(state);
      const key = `${room.hasPosition} ${room.forced} ${room.isReduceOnly}`;
      const bits = known.get(key) ?? openBits(maskedActions(room).map(({ action }) => action));
      known.set(key, bits);
      return bits;
    },
    /** What the agent sees, until the next call. */
    observe: (state: LeverageState): Float32Array =>
      leverageSight(cells, state.bar, seenAccount(state, terms.costs.fundingRate), seen),
    terms: (lived: Lived, i: number): LeverageTerms => leverageReward(leverageStep(columns, lived, i)),
    isRuined: ({ equity }: LeverageState): boolean => equity < RUIN_FRACTION * account.cash,
  };
}

const openBits = (masked: readonly LeverageAction[]): number =>
  LEVERAGE_ACTIONS.reduce((bits, action, place) => (masked.includes(action) ? bits : bits | (1 << place)), 0);

function seenAccount(state: LeverageState, fundingRate: number): SeenAccount {
  const { lane, leverage, pnlFraction, marginRatio, bar } = state;
  const side = Math.sign(lane.quantity);
  if (side === 0) return seenWithout(state, fundingRate);
  return {
    ...{ side, leverage, pnlFraction, marginRatio, fundingRate },
    unrealisedFraction: side * (lane.mark / lane.entryPrice - 1),
    barsHeld: bar - lane.entryBar + 1,
    ...seenPast(state),
  };
}

const VOLATILITY_STATES = ['low', 'normal', 'high'] as const;

/** By what was known at the close of bar `i`, at which the action was chosen. */
function leverageStep({ realisedVolatility20, regime }: FeatureColumns, lived: Lived, i: number): LeverageStep {
  const { returnFraction: stepReturnFraction, hasTraded, position } = lived;
  return {
    stepReturnFraction,
    hasTraded,
    position,
    realisedVolatility: finite(realisedVolatility20[i] as number),
    volatilityState: VOLATILITY_STATES[regime.volatility[i] as number] ?? 'normal',
  };
}

export function leverageMarket(
  world: LeverageWorld,
  { range: { from, to }, episodeBars, rewardScale }: Episodes,
): Environment<LeverageState> {
  const length = Math.min(episodeBars, to - from - 1);
  return {
    inputs: LEVERAGE_INPUTS,
    actions: LEVERAGE_ACTIONS.length,
    reset: (uniform) => {
      const bar = from + Math.floor(uniform() * (to - from - length));
      return world.opened(bar, bar + length);
    },
    step: (before, action) => {
      const lived = world.step(before, LEVERAGE_ACTIONS[action] as LeverageAction);
      const { state, isLiquidated } = lived;
      const terms = world.terms(lived, before.bar);
      const terminated = isLiquidated || world.isRuined(state);
      return { state, reward: rewardOf(terms) * rewardScale, terms, terminated, truncated: state.bar >= state.lastBar };
    },
    open: world.open,
    observe: world.observe,
  };
}
