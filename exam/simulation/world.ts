/**
 * One seed's world: virtual time, two worker processes, a desk in memory, the model venue, and what was seen of them.
 * The ports of the engine are made anew for each attempt, so that every call is a step of that attempt.
 */
import type { ReconcileParts } from '../../activities/order/reconcile-account.ts';
import { createVenueOrders, type VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { deskLimitsSchema, sessionLimitsSchema } from '../../schemas/risk.ts';
import { createDice, type Dice } from './dice.ts';
import { calmed, drawFaults, type Faults } from './faults.ts';
import { CASH, GROSS_FRACTION_MAX, POSITION_FRACTION_MAX, SYMBOL_FRACTION_MAX } from './limits.ts';
import { memoryBooks } from './memory-books.ts';
import { type MemoryDesk, openMemoryDesk } from './memory-desk.ts';
import { type MemoryGate, memoryGate } from './memory-gate.ts';
import { memoryStore } from './memory-store.ts';
import { createModelVenue, type ModelVenue } from './model-venue.ts';
import type { OnPlanted } from './planted-faults.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { booksSteps, gateSteps, storeSteps } from './store-steps.ts';
import { venuePort } from './venue-port.ts';
import { createWitness, type Witness } from './witness.ts';
import { type Attempt, createWorkers, type Workers } from './workers.ts';

export const ACCOUNT = 'venue-1';
export const STARTED_AT_MS = Date.UTC(2026, 0, 5, 12);
/** Longer than reads lag behind. */
const SETTLE_MS = 6_000;

const LIMITS = deskLimitsSchema.parse({
  symbolConcentrationMax: SYMBOL_FRACTION_MAX,
  grossExposureMax: GROSS_FRACTION_MAX,
  ordersPerMinuteMax: 1_000,
  repetitionCount: 1_000,
  dailyLossMaxUsd: 1_000_000,
  drawdownBreakerFraction: 1,
  lossStreakCount: 1_000,
});
const SESSION = sessionLimitsSchema.parse({ positionFractionMax: POSITION_FRACTION_MAX });
const POLICY = {
  version: 1,
  mode: 'stability' as const,
  profile: {
    positionFractionMax: POSITION_FRACTION_MAX,
    positionsMax: 10,
    leverageMax: 1,
    confidenceMin: 0.6,
    newEntries: true,
  },
};

export type World = {
  readonly seed: number;
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly workers: Workers;
  readonly desk: MemoryDesk;
  readonly venue: ModelVenue;
  readonly witness: Witness;
  /** From now on nothing goes wrong any more. */
  readonly calm: () => void;
  /** Until then the venue cannot be read. */
  readonly blind: () => void;
  readonly gate: (attempt: Attempt) => MemoryGate;
  readonly broker: (attempt: Attempt) => ReturnType<typeof createVenueOrders>;
  readonly reconciler: (attempt: Attempt) => ReconcileParts;
};

export function openWorld(seed: number, planted: OnPlanted): World {
  const dice = createDice(seed);
  let faults = drawFaults(dice);
  const now = (): Faults => faults;
  const scheduler = createScheduler(dice, STARTED_AT_MS);
  const venue = createModelVenue({ dice, scheduler, faults: now, cash: CASH });
  const seen = createWitness(scheduler.nowMs, venue);
  const desk = openMemoryDesk({
    accountId: ACCOUNT,
    venue: 'model',
    cash: String(CASH / 10_000),
    limits: LIMITS,
    idProfile: faults.idProfile,
    nowMs: scheduler.nowMs,
    onOrder: seen.onOrder,
    ...planted.desk,
  });
  const ports = { store: memoryStore(desk), gate: memoryGate(desk, POLICY, SESSION), books: memoryBooks(desk) };
  const through = {
    dice,
    scheduler,
    faults: now,
    venue,
    saw: seen.saw,
    onLate: seen.onLate,
    onArrival: seen.onArrival,
  };
  const workers = createWorkers({ ...through, onError: seen.onError });
  const engine = (attempt: Attempt): VenueOrderParts & Pick<ReconcileParts, 'venue'> => ({
    store: storeSteps(through, attempt, ports.store),
    venue: venuePort(through, attempt),
    nowMs: scheduler.nowMs,
    sleep: attempt.step,
  });
  return {
    seed,
    dice,
    scheduler,
    workers,
    desk,
    venue,
    witness: seen,
    calm: () => {
      faults = calmed(faults);
    },
    blind: () => {
      faults = { ...faults, readsFail: true };
    },
    gate: (attempt) => gateSteps(through, attempt, ports.gate),
    broker: (attempt) => createVenueOrders(planted.engine(engine(attempt), desk)),
    reconciler: (attempt) => ({
      ...planted.engine(engine(attempt), desk),
      venue: venuePort(through, attempt),
      books: booksSteps(through, attempt, ports.books),
      settleMs: SETTLE_MS,
    }),
  };
}
