/**
 * The account in which the leverage agent lives: the engine's own, bar by bar, each position on margin at the leverage it
 * was opened with. What is masked is not done, and what the margin forces is done instead of what was chosen.
 */
import { decideAtClose } from '../../engine/decide.ts';
import { halve } from '../../engine/halve.ts';
import { marginRatio } from '../../engine/margin-ratio.ts';
import type { EngineMarket } from '../../engine/market.ts';
import { liquidationPrice, matchBar } from '../../engine/match-bar.ts';
import type { Desk } from '../../engine/send-order.ts';
import type { Voice, Wish } from '../../engine/signals.ts';
import { type Account, type Lane, LIQUIDATION, newAccount, newWorkspace, TRADE } from '../../engine/state.ts';
import { RESULTS_REMEMBERED } from '../../risk/risk-state.ts';
import {
  type ActionRoom,
  type Forced,
  LEVERAGE_RUNGS,
  type LeverageAction,
  openingOf,
  type Rung,
  wishedAction,
} from '../leverage/actions.ts';
import { forcedBy } from '../leverage/leverage-cap.ts';
import type { LeverageStep } from '../leverage/rewards.ts';
import { enter, equityOf, type KeptAccount, newDesk, numbersOf, tripPnlFraction } from './kept-account.ts';
import { leveragePlan, type MarketTerms } from './market-plan.ts';

/** Where the account stands between two bars. */
export type LeverageState = KeptAccount & {
  readonly bar: number;
  /** The last bar of the episode. */
  readonly lastBar: number;
  /** Of what is held or being opened; 1 without. */
  readonly leverage: Rung;
  readonly marginRatio: number;
  readonly pnlFraction: number;
  /** Highest equity so far. */
  readonly peak: number;
  readonly lossesInARow: number;
  /** The last trades that have closed, the latest last: 1 for a gain. */
  readonly results: readonly (0 | 1)[];
};

/** What became of one action. */
export type Lived = {
  readonly state: LeverageState;
  /** What was done: forced, or `hold` where the choice was masked. */
  readonly action: LeverageAction;
  /** Of the position's worth, without its leverage, with costs and funding. */
  readonly returnFraction: number;
  readonly hasTraded: boolean;
  readonly tradesClosed: number;
  readonly isLiquidated: boolean;
  /** The position lived through; null without one. */
  readonly position: LeverageStep['position'];
};

const HIGHEST = LEVERAGE_RUNGS.at(-1) ?? 1;

export function leverageAccount(market: EngineMarket, terms: MarketTerms) {
  const accounts = new Map(LEVERAGE_RUNGS.map((rung) => [rung, accountAt(market, terms, rung)]));
  const plain = accounts.get(1) as Account;
  const { cash } = plain;
  const lane = numbersOf(plain.lanes[0] as Lane);
  const desk = newDesk();
  return {
    cash,
    /** An account without a position at the close of `bar`. */
    opened(bar: number, lastBar: number): LeverageState {
      const risk = { leverage: 1, marginRatio: 0, pnlFraction: 0, lossesInARow: 0, results: [] } as const;
      return { bar, lastBar, cash, equity: cash, peak: cash, ...risk, lane };
    },
    room: (state: LeverageState): ActionRoom => roomOf(state, market, terms),
    step(before: LeverageState, wanted: LeverageAction): Lived {
      const { action } = wishedAction({ action: wanted, confidence: 1 }, roomOf(before, market, terms));
      const leverage = openingOf(action)?.leverage ?? before.leverage;
      const account = accounts.get(leverage) as Account;
      enter(account, before);
      act(account, before.bar, action, desk);
      return livedOf(account, before, action, leverage);
    },
  };
}

const accountAt = (market: EngineMarket, terms: MarketTerms, leverage: Rung): Account =>
  newAccount(leveragePlan(terms, leverage), [market], newWorkspace());

/** While an order is at work, and at the first bar after a gap, nothing new is opened. */
function roomOf(state: LeverageState, { afterGap }: EngineMarket, { direction }: MarketTerms): ActionRoom {
  const { lane, bar } = state;
  return {
    hasPosition: lane.quantity !== 0 || lane.entrySide !== 0,
    forced: forcedIn(state),
    isReduceOnly: afterGap[bar] === 1,
    direction,
    leverageCap: HIGHEST,
  };
}

/** A trip is halved once, as in a session: after that only a close is forced. */
function forcedIn({ lane, leverage, marginRatio: ratio }: LeverageState): Forced {
  const side = lane.quantity > 0 ? ('long' as const) : ('short' as const);
  const forced = forcedBy({ marginRatio: ratio, position: lane.quantity === 0 ? null : { side, leverage } });
  return forced === 'reduceHalf' && 2 * lane.tripExitQuantity >= lane.tripQuantity ? null : forced;
}

/** The engine's two: what is decided at the close of bar `i`, and what the next bar makes of it. */
function act(account: Account, i: number, action: LeverageAction, desk: Desk): void {
  const lane = account.lanes[0] as Lane;
  const { openTimeMs, intervalMs } = lane.market.bars;
  const wish = wishOf(action);
  const voice: Voice = { kind: 'asked', firstBar: 0, ask: () => wish };
  decideAtClose(account, lane, i, voice, desk, (openTimeMs[i] as number) + intervalMs);
  if (action === 'reduceHalf') halve(account, lane);
  matchBar(account, lane, i + 1);
}

function wishOf(action: LeverageAction): Wish {
  const opening = openingOf(action);
  const side = opening === null ? 0 : opening.side === 'long' ? 1 : -1;
  return { side, close: action === 'close' };
}

function livedOf(account: Account, before: LeverageState, action: LeverageAction, leverage: Rung): Lived {
  const lane = account.lanes[0] as Lane;
  const { trades, fills } = account;
  const closed = trades.count > 0 ? closedTrade(account) : null;
  const state = stateAfter(account, before, leverage, closed);
  const position = closed === null ? heldPosition(account, lane, state) : { ...closed.position, leverage };
  const { quantity, mark } = before.lane;
  const worth = quantity !== 0 ? Math.abs(quantity * mark) : (closed?.worth ?? lane.tripValue);
  const made = worth > 0 ? (state.equity - before.equity) / worth : 0;
  return {
    state,
    action,
    position,
    returnFraction: Math.max(made, -1 + Number.EPSILON),
    hasTraded: fills.count > 0,
    tradesClosed: trades.count,
    isLiquidated: closed?.isLiquidated === true,
  };
}

type Closed = ReturnType<typeof closedTrade>;

/** The trade that the bar has closed; at its liquidation a position has no margin left. */
function closedTrade({ trades: { cells, width, count } }: Account) {
  const at = (count - 1) * width;
  const worth = (cells[at + TRADE.quantity] as number) * (cells[at + TRADE.entryPrice] as number);
  const isLiquidated = cells[at + TRADE.reason] === LIQUIDATION;
  const pnlFraction = (cells[at + TRADE.pnl] as number) / worth;
  const side = cells[at + TRADE.side] === 1 ? ('long' as const) : ('short' as const);
  const margin = { marginRatio: isLiquidated ? 1 : 0, liquidationDistanceFraction: isLiquidated ? 0 : 1 };
  return { worth, isLiquidated, position: { side, pnlFraction, ...margin } };
}

function stateAfter(account: Account, before: LeverageState, leverage: Rung, closed: Closed | null): LeverageState {
  const lane = account.lanes[0] as Lane;
  const { cash } = account;
  const equity = equityOf(account, lane);
  const made = closed === null ? null : closed.position.pnlFraction;
  return {
    bar: before.bar + 1,
    lastBar: before.lastBar,
    cash,
    equity,
    lane: numbersOf(lane),
    leverage: lane.quantity === 0 && lane.entrySide === 0 ? 1 : leverage,
    marginRatio: marginRatio(account, lane),
    pnlFraction: lane.quantity === 0 ? 0 : tripPnlFraction(lane),
    peak: Math.max(before.peak, equity),
    // As the risk memory of an account counts: what comes out even is no loss, and no gain either.
    lossesInARow: made === null ? before.lossesInARow : made >= 0 ? 0 : before.lossesInARow + 1,
    results: made === null ? before.results : [...before.results.slice(1 - RESULTS_REMEMBERED), made > 0 ? 1 : 0],
  };
}

function heldPosition(account: Account, lane: Lane, state: LeverageState): LeverageStep['position'] {
  if (lane.quantity === 0) return null;
  const distance = Math.abs(lane.mark - liquidationPrice(account, lane)) / lane.mark;
  return {
    side: lane.quantity > 0 ? 'long' : 'short',
    leverage: state.leverage,
    pnlFraction: state.pnlFraction,
    marginRatio: state.marginRatio,
    liquidationDistanceFraction: state.leverage > 1 ? distance : 1,
  };
}
