/**
 * Safeguards taken away one by one, to prove that the simulation sees it: each names the kind of violation it must end
 * with. The faults of the sending are those of the exams.
 */
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { isExposureElsewhere } from '../../domain/backtest/account-view.ts';
import { takeVenueAnswer } from '../../domain/execution/venue-step.ts';
import { weakened } from '../controls/weakened-engine.ts';
import { type DeskSettings, isReversal, keepStep, type MemoryDesk, orderOf, stateFor } from './memory-desk.ts';

export type OnPlanted = {
  readonly desk: Pick<DeskSettings, 'isExposure'>;
  readonly engine: <P extends VenueOrderParts>(parts: P, desk: MemoryDesk) => P;
};

export const NOTHING_PLANTED: OnPlanted = { desk: {}, engine: (parts) => parts };

const engineOnly = (change: (parts: VenueOrderParts, desk: MemoryDesk) => Partial<VenueOrderParts>): OnPlanted => ({
  desk: {},
  engine: (parts, desk) => ({ ...parts, ...change(parts, desk) }),
});

type Planted = { readonly expected: string; readonly on: OnPlanted };

export const PLANTED_FAULTS = {
  'no-intent': { expected: 'unrecordedSend', on: engineOnly((parts) => weakened(parts, 'no-intent')) },
  'no-epoch': { expected: 'duplicate', on: engineOnly((parts) => weakened(parts, 'no-epoch')) },
  resubmit: { expected: 'duplicate', on: engineOnly((parts) => weakened(parts, 'resubmit')) },
  'double-booking': { expected: 'bookedTwice', on: engineOnly(bookingAgain) },
  'unknown-not-counted': {
    expected: 'exposure',
    on: {
      desk: { isExposure: (order, own) => order.state !== 'UNKNOWN' && isExposureElsewhere(order, own) },
      engine: (parts) => parts,
    },
  },
  'bust-twice': { expected: 'bookedTwice', on: engineOnly(takingBackAgain) },
  'bust-ignored': { expected: 'missingBust', on: engineOnly(takingNothingBack) },
  'absent-at-once': { expected: 'absentAtVenue', on: engineOnly(absentAtOnce) },
} as const satisfies Readonly<Record<string, Planted>>;

export type PlantedFault = keyof typeof PLANTED_FAULTS;

/** Fills are not known by their ids: what is told twice is booked twice. */
function bookingAgain({ store }: VenueOrderParts, desk: MemoryDesk): Partial<VenueOrderParts> {
  return {
    store: {
      ...store,
      take: async (clientOrderId, seen, fills, busts = []) => {
        await store.orders(orderOf(desk, clientOrderId).decisionId);
        const order = orderOf(desk, clientOrderId);
        const state = stateFor(desk, order.strategyId);
        const step = takeVenueAnswer(state.book, order, seen, fills, new Set());
        for (const { tradeId } of step.fills) desk.tradeIds.delete(tradeId);
        keepStep(desk, state, step);
        return store.take(clientOrderId, seen, [], busts);
      },
    },
  };
}

/** What a bust has taken back is not remembered: told again, it is taken back again. */
function takingBackAgain({ store }: VenueOrderParts, desk: MemoryDesk): Partial<VenueOrderParts> {
  return {
    store: {
      ...store,
      take: async (clientOrderId, seen, fills, busts = []) => {
        await store.take(clientOrderId, seen, fills, busts);
        const order = orderOf(desk, clientOrderId);
        const state = stateFor(desk, order.strategyId);
        const history = desk.fills
          .filter((one) => !isReversal(one) && one.clientOrderId === clientOrderId)
          .map((fill) => ({ fill, order }));
        const filled = { ...order, quantityFilled: order.quantity };
        const step = takeVenueAnswer(state.book, filled, null, [], desk.tradeIds, { busts, history });
        for (const { tradeId } of step.fills) desk.tradeIds.delete(tradeId);
        keepStep(desk, state, step);
        return { own: [], elsewhere: [], refusal: null };
      },
    },
  };
}

/** Busts are heard of and forgotten. */
function takingNothingBack({ store }: VenueOrderParts): Partial<VenueOrderParts> {
  return { store: { ...store, take: (clientOrderId, seen, fills) => store.take(clientOrderId, seen, fills) } };
}

/** One clean "not found" is taken for proof. */
function absentAtOnce({ store }: VenueOrderParts): Partial<VenueOrderParts> {
  return {
    store: {
      ...store,
      noteVerdict: (clientOrderId, verdict) =>
        store.noteVerdict(
          clientOrderId,
          verdict.kind === 'keep' && verdict.evidence.misses > 0
            ? { kind: 'absent', evidence: verdict.evidence }
            : verdict,
        ),
    },
  };
}
