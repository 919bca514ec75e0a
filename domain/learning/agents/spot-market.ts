/**
 * The market as the spot agent learns in it: an episode is a window of bars drawn by the seed, a step is the engine's
 * own two: what is decided at the close of a bar, and what the next bar makes of it. The end of a window is a time
 * limit and no termination; only an account that is ruined terminates. The reward is that of `rewards.ts`, scaled.
 */
import { decideAtClose } from '../../engine/decide.ts';
import type { EngineMarket } from '../../engine/market.ts';
import { matchBar } from '../../engine/match-bar.ts';
import type { EnginePlan } from '../../engine/plan.ts';
import type { Voice, Wish } from '../../engine/signals.ts';
import { type Account, type Lane, newAccount, newWorkspace } from '../../engine/state.ts';
import { rewardOf, type SpotTerms, spotReward } from '../leverage/rewards.ts';
import type { BarRange } from '../validation/splits.ts';
import type { Environment } from './environment.ts';
import {
  enter,
  equityOf,
  finite,
  type KeptAccount,
  newDesk,
  numbersOf,
  RUIN_FRACTION,
  tripPnlFraction,
} from './kept-account.ts';
import { NO_POSITION, type SeenPosition, SPOT_INPUTS, type SpotRows, spotState } from './spot-features.ts';

/** In the order of the network's outputs. */
export const SPOT_ACTIONS = ['hold', 'buy', 'sell'] as const;

/** Where an account stands between two bars. */
export type SpotState = KeptAccount & {
  readonly bar: number;
  /** The last bar of the episode. */
  readonly lastBar: number;
};

export type SpotMarket = {
  readonly market: EngineMarket;
  readonly rows: SpotRows;
  /** Standard deviation of the last 20 bars, as the reward takes it. */
  readonly volatility: Float64Array;
  readonly plan: EnginePlan;
  /** Bars in which episodes lie. */
  readonly range: BarRange;
  readonly episodeBars: number;
  /** What a reward is multiplied with before it is learned from. */
  readonly rewardScale: number;
};

const WISHES: readonly Wish[] = [
  { side: 0, close: false },
  { side: 1, close: false },
  { side: -1, close: false },
];

/**
 * What a choice wants of the engine: an opposite side closes what is held; where shorts are not allowed, that is all.
 */
export const wishOf = (action: number): Wish => WISHES[action] as Wish;

export function spotMarket(parts: SpotMarket): Environment<SpotState> {
  const { market, plan, range, rewardScale } = parts;
  const account = newAccount(plan, [market], newWorkspace());
  const lane = numbersOf(account.lanes[0] as Lane);
  const seen = new Float32Array(SPOT_INPUTS);
  const length = Math.min(parts.episodeBars, range.to - range.from - 1);
  return {
    inputs: SPOT_INPUTS,
    actions: SPOT_ACTIONS.length,
    reset: (uniform) => {
      const bar = range.from + Math.floor(uniform() * (range.to - range.from - length));
      return { bar, lastBar: bar + length, cash: plan.cash, equity: plan.cash, lane };
    },
    step: (before, action) => {
      const { state, terms } = spotStep(parts, account, before, action);
      const terminated = state.equity < RUIN_FRACTION * plan.cash;
      return { state, reward: rewardOf(terms) * rewardScale, terms, terminated, truncated: state.bar >= state.lastBar };
    },
    observe: (state) => spotState(parts.rows, state.bar, seenPosition(state.lane, market, state.bar), seen),
  };
}

function spotStep(
  { market, volatility }: SpotMarket,
  account: Account,
  before: SpotState,
  action: number,
): { readonly state: SpotState; readonly terms: SpotTerms } {
  const lane = enter(account, before);
  const i = before.bar;
  const { openTimeMs, intervalMs } = market.bars;
  const wish = wishOf(action);
  const voice: Voice = { kind: 'asked', firstBar: 0, ask: () => wish };
  const held = lane.quantity;
  decideAtClose(account, lane, i, voice, newDesk(), (openTimeMs[i] as number) + intervalMs);
  matchBar(account, lane, i + 1);
  const equity = equityOf(account, lane);
  const terms = spotReward({
    stepReturnFraction: equity > 0 ? equity / before.equity - 1 : -1 + Number.EPSILON,
    realisedVolatility: finite(volatility[i] as number),
    hasTraded: account.fills.count > 0,
    positionPnlFraction: held !== 0 && lane.quantity !== 0 ? tripPnlFraction(lane) : null,
  });
  const { cash } = account;
  return { state: { bar: i + 1, lastBar: before.lastBar, cash, equity, lane: numbersOf(lane) }, terms };
}

/** The position at the close of bar `i`. */
export function seenPosition(
  { quantity, entryPrice, entryBar }: Pick<Lane, 'quantity' | 'entryPrice' | 'entryBar'>,
  { bars }: EngineMarket,
  i: number,
): SeenPosition {
  if (quantity === 0) return NO_POSITION;
  const side = quantity > 0 ? 1 : -1;
  return { side, pnlFraction: side * ((bars.close[i] as number) / entryPrice - 1), barsHeld: i - entryBar + 1 };
}
