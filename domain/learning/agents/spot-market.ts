/**
 * The market as the spot agent learns in it: an episode is a window of bars drawn by the seed, a step is the engine's own
 * two: what is decided at the close of a bar, and what the next bar makes of it. The end of a window is a time limit and no
 * termination; only an account that is ruined terminates. The reward is that of `rewards.ts`, scaled.
 */
import { type Desk, decideAtClose } from '../../engine/decide.ts';
import { GATE_RULES } from '../../engine/desk-gate.ts';
import type { EngineMarket } from '../../engine/market.ts';
import { matchBar } from '../../engine/match-bar.ts';
import type { EnginePlan } from '../../engine/plan.ts';
import type { Voice, Wish } from '../../engine/signals.ts';
import { type Account, type Lane, newAccount, newWorkspace } from '../../engine/state.ts';
import { rewardOf, type SpotTerms, spotReward } from '../leverage/rewards.ts';
import type { BarRange } from '../validation/splits.ts';
import type { Environment } from './environment.ts';
import { NO_POSITION, type SeenPosition, SPOT_INPUTS, type SpotRows, spotState } from './spot-features.ts';

/** In the order of the network's outputs. */
export const SPOT_ACTIONS = ['hold', 'buy', 'sell'] as const;

/** Where an account stands between two bars: plain numbers, so that a training can be stored. */
export type SpotState = {
  readonly bar: number;
  /** The last bar of the episode. */
  readonly lastBar: number;
  readonly cash: number;
  readonly equity: number;
  readonly lane: LaneNumbers;
};

/** What of a lane changes from bar to bar. */
type LaneNumbers = Omit<Lane, 'market' | 'place' | 'last' | 'funding'>;

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
/** Equity below this share of the start: the account is ruined. */
const RUIN_FRACTION = 0.2;

/** What a choice wants of the engine: an opposite side closes what is held; where shorts are not allowed, that is all. */
export const wishOf = (action: number): Wish => WISHES[action] as Wish;

export function spotMarket(parts: SpotMarket): Environment<SpotState> {
  const { market, plan, range, rewardScale } = parts;
  const blank = newAccount(plan, [market], newWorkspace());
  const seen = new Float32Array(SPOT_INPUTS);
  const length = Math.min(parts.episodeBars, range.to - range.from - 1);
  return {
    inputs: SPOT_INPUTS,
    actions: SPOT_ACTIONS.length,
    reset: (uniform) => {
      const bar = range.from + Math.floor(uniform() * (range.to - range.from - length));
      return { bar, lastBar: bar + length, cash: plan.cash, equity: plan.cash, lane: blankLane(blank) };
    },
    step: (before, action) => {
      const { state, terms } = spotStep(parts, blank, before, action);
      const terminated = state.equity < RUIN_FRACTION * plan.cash;
      return { state, reward: rewardOf(terms) * rewardScale, terms, terminated, truncated: state.bar >= state.lastBar };
    },
    observe: (state) => spotState(parts.rows, state.bar, seenPosition(state.lane, market, state.bar), seen),
  };
}

function spotStep(
  { market, volatility }: SpotMarket,
  blank: Account,
  before: SpotState,
  action: number,
): { readonly state: SpotState; readonly terms: SpotTerms } {
  const account = accountOf(blank, before);
  const lane = account.lanes[0] as Lane;
  const i = before.bar;
  const { openTimeMs, intervalMs } = market.bars;
  const wish = wishOf(action);
  const voice: Voice = { kind: 'asked', firstBar: 0, ask: () => wish };
  const held = lane.quantity;
  decideAtClose(account, lane, i, voice, newDesk(), (openTimeMs[i] as number) + intervalMs);
  matchBar(account, lane, i + 1);
  const equity = account.cash + (lane.quantity === 0 ? 0 : lane.quantity * lane.mark);
  const terms = spotReward({
    stepReturnFraction: equity > 0 ? equity / before.equity - 1 : -1 + Number.EPSILON,
    realisedVolatility: finite(volatility[i] as number),
    hasTraded: account.fills.count > 0,
    positionPnlFraction: held !== 0 && lane.quantity !== 0 ? tripPnlFraction(lane) : null,
  });
  const { cash } = account;
  return { state: { bar: i + 1, lastBar: before.lastBar, cash, equity, lane: numbersOf(lane) }, terms };
}

/** Of the round trip so far: realised and unrealised, fees and funding in, over what was put in. */
const tripPnlFraction = ({ quantity, mark, cost, tripRealized, tripFees, tripFunding, tripValue }: Lane): number =>
  (quantity * mark - cost + tripRealized - tripFees - tripFunding) / tripValue;

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

const newDesk = (): Desk => ({
  memory: null,
  tally: { warmUp: 0, dataGap: 0, sizeZero: 0, refused: 0, refusals: new Uint32Array(GATE_RULES.length) },
});

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** The account of a state; what it logs is only counted. */
function accountOf(blank: Account, { cash, equity, lane }: SpotState): Account {
  const { trades, fills } = blank;
  trades.count = 0;
  fills.count = 0;
  return { ...blank, cash, equity, lanes: [{ ...(blank.lanes[0] as Lane), ...lane }] };
}

const blankLane = (blank: Account): LaneNumbers => numbersOf({ ...(blank.lanes[0] as Lane) });

function numbersOf({ market: _market, place: _place, last: _last, funding: _funding, ...numbers }: Lane): LaneNumbers {
  return numbers;
}
