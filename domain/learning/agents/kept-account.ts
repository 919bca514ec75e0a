/**
 * An account of one market between two bars as plain numbers, so that a training can be stored, and the engine's own
 * account made of them for a step. Nothing of the desk's limits is in it: those are the gate's.
 */

import { GATE_RULES } from '../../engine/desk-gate.ts';
import type { Desk } from '../../engine/send-order.ts';
import type { Account, Lane } from '../../engine/state.ts';

/** What of a lane is carried from bar to bar. */
export type LaneNumbers = Omit<Lane, 'market' | 'place' | 'last' | 'funding' | 'volumeBar' | 'volumeLeft'>;

export type KeptAccount = { readonly cash: number; readonly equity: number; readonly lane: LaneNumbers };

/** Equity below this share of the start: the account is ruined. */
export const RUIN_FRACTION = 0.2;

/** Puts an account that is there for steps alone into a state; what it logs is only counted. */
export function enter(account: Account, { cash, equity, lane }: KeptAccount): Lane {
  const own = account.lanes[0] as Lane;
  account.trades.count = 0;
  account.fills.count = 0;
  account.cash = cash;
  account.equity = equity;
  return Object.assign(own, lane);
}

/** Written out: it is taken at every step, and objects that are made name by name are slow. */
export function numbersOf(lane: Lane): LaneNumbers {
  return {
    quantity: lane.quantity,
    entryPrice: lane.entryPrice,
    cost: lane.cost,
    mark: lane.mark,
    entryBar: lane.entryBar,
    entryAtMs: lane.entryAtMs,
    stop: lane.stop,
    target: lane.target,
    trail: lane.trail,
    stopTouched: lane.stopTouched,
    entrySide: lane.entrySide,
    entryLeft: lane.entryLeft,
    entryFilled: lane.entryFilled,
    entryFraction: lane.entryFraction,
    entryReference: lane.entryReference,
    stopDistance: lane.stopDistance,
    targetDistance: lane.targetDistance,
    trailDistance: lane.trailDistance,
    stopAsked: lane.stopAsked,
    targetAsked: lane.targetAsked,
    exitLeft: lane.exitLeft,
    exitReason: lane.exitReason,
    orderKind: lane.orderKind,
    orderUnits: lane.orderUnits,
    orderFees: lane.orderFees,
    tripQuantity: lane.tripQuantity,
    tripValue: lane.tripValue,
    tripEntryPrice: lane.tripEntryPrice,
    tripExitPrice: lane.tripExitPrice,
    tripExitQuantity: lane.tripExitQuantity,
    tripExitValue: lane.tripExitValue,
    tripFees: lane.tripFees,
    tripFunding: lane.tripFunding,
    tripRealized: lane.tripRealized,
  };
}

export const equityOf = ({ cash }: Account, { quantity, mark }: Lane): number =>
  cash + (quantity === 0 ? 0 : quantity * mark);

/** Of the round trip so far: realised and unrealised, fees and funding in, over what was put in. */
export const tripPnlFraction = (lane: Lane): number =>
  (lane.quantity * lane.mark - lane.cost + lane.tripRealized - lane.tripFees - lane.tripFunding) / lane.tripValue;

export const newDesk = (): Desk => ({
  memory: null,
  tally: { warmUp: 0, dataGap: 0, sizeZero: 0, refused: 0, refusals: new Uint32Array(GATE_RULES.length) },
});

export const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
