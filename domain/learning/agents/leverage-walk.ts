/**
 * A walk of the leverage agent over a stretch of a market, by the steps it has learned with, and the same positions at other
 * times. A liquidation ends nothing here: what is left goes on, until the account is ruined; debts are no more than that.
 */
import { LEVERAGE_ACTIONS, type LeverageAction, openingOf } from '../leverage/actions.ts';
import type { BarRange } from '../validation/splits.ts';
import type { LeverageState } from './leverage-account.ts';
import type { LeverageWorld } from './leverage-market.ts';
import type { Walked } from './market-walk.ts';
import type { ActionValues } from './trained-network.ts';
import { bestOf } from './value-targets.ts';

export type LeverageWalked = Walked & {
  /** What was wanted after each bar: the leverage, below 0 for a short, and the share of what was opened that is left. */
  readonly leverages: Int8Array;
  readonly shares: Float64Array;
};

/** @param k bars since the beginning of the stretch */
export type LeverageChooser = (state: LeverageState, k: number) => LeverageAction;

/** The best action that is open. */
export const bestAction =
  (world: LeverageWorld, values: ActionValues): LeverageChooser =>
  (state) =>
    LEVERAGE_ACTIONS[bestOf(values(world.observe(state)), world.open(state))] as LeverageAction;

export function walkLeverage(world: LeverageWorld, { from, to }: BarRange, choose: LeverageChooser): LeverageWalked {
  const returns = new Float64Array(to - from);
  const leverages = new Int8Array(to - from);
  const shares = new Float64Array(to - from);
  let state = world.opened(from, to - 1);
  let tradeCount = 0;
  for (let k = 0; state.bar < state.lastBar && !world.isRuined(state); k += 1) {
    const lived = world.step(state, choose(state, k));
    [leverages[k], shares[k]] = wantedAfter(state, lived.action);
    returns[k + 1] = Math.max(0, lived.state.equity) / state.equity - 1;
    tradeCount += lived.tradesClosed;
    state = lived.state;
  }
  [leverages[to - from - 1], shares[to - from - 1]] = wantedAfter(state, 'hold');
  return { returns, tradeCount, sides: leverages.map(Math.sign), leverages, shares };
}

function wantedAfter(state: LeverageState, action: LeverageAction): [leverage: number, share: number] {
  const opening = openingOf(action);
  if (opening !== null) return [opening.side === 'long' ? opening.leverage : -opening.leverage, 1];
  if (action === 'close') return [0, 0];
  return [heldLeverage(state), action === 'reduceHalf' ? heldShare(state) / 2 : heldShare(state)];
}

const heldLeverage = ({ lane, leverage }: LeverageState): number => Math.sign(lane.quantity) * leverage;

const heldShare = ({ lane: { quantity, tripQuantity } }: LeverageState): number =>
  quantity === 0 ? 0 : Math.abs(quantity) / tripQuantity;

/** Half of a share lies below this part of it, a share of the same within rounding above. */
const REDUCED = 0.75;

/** The positions of `walked`, `shift` bars later; what reaches beyond the end comes first. */
export function shiftedLeverage({ leverages, shares }: LeverageWalked, shift: number): LeverageChooser {
  const bars = leverages.length;
  return (state, k) => {
    const at = (k - shift + bars) % bars;
    const wanted = leverages[at] as number;
    const held = heldLeverage(state);
    if (held === 0) return wanted === 0 ? 'hold' : opens(wanted);
    if (held !== wanted) return 'close';
    return (shares[at] as number) < heldShare(state) * REDUCED ? 'reduceHalf' : 'hold';
  };
}

function opens(wanted: number): LeverageAction {
  const side = wanted > 0 ? 'long' : 'short';
  const found = LEVERAGE_ACTIONS.find((action) => {
    const opening = openingOf(action);
    return opening?.side === side && opening.leverage === Math.abs(wanted);
  });
  return found ?? 'hold';
}
