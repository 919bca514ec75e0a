/**
 * A network venue as the desk uses it: its order engine, its reconciliation, and the checks that come before the first
 * order: the account is the one that was meant, clocks agree, books and venue were compared since this worker began.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { protectLeft } from '../activities/order/protect-left.ts';
import { type ReconcileParts, reconcileAccount } from '../activities/order/reconcile-account.ts';
import { createVenueOrders } from '../activities/order/venue-orders.ts';
import type { Broker } from '../adapters/broker/broker.ts';
import { judgeClock } from '../adapters/broker/clock-drift.ts';
import type { Venue } from '../adapters/broker/venue.ts';
import { identityProblems } from '../adapters/broker/venue-identity.ts';
import { standingOf } from '../db/account-standings.ts';
import { createReconcileStore } from '../db/reconcile-store.ts';
import type { Database } from '../db/tables.ts';
import { openVenueAccount } from '../db/venue-accounts.ts';
import { createVenueStore } from '../db/venue-store.ts';
import type { Costs } from '../schemas/execution.ts';
import type { ReconcileReport } from '../schemas/reconciliation.ts';
import type { DeskLimits } from '../schemas/risk.ts';

export type VenueDeskParts = {
  readonly db: Database;
  readonly venue: Venue;
  readonly costs: Costs;
  readonly desk: DeskLimits;
  readonly killFile: () => string | null;
  readonly bornAtMs: number;
  readonly settleMs: number;
};

export type VenueDesk = {
  readonly broker: Broker;
  /** Opens the account where it is new, compares, and freezes it where it must. */
  readonly reconcile: () => Promise<ReconcileReport>;
  /** Null when orders may go out, as far as the venue is concerned; a frozen account is the gate's to refuse. */
  readonly unreconciled: () => Promise<string | null>;
};

/** Pause between the two looks of a reconciliation: longer than reads of a venue lag behind. */
export const RECONCILE_SETTLE_MS = 7_000;
/** A comparison older than this is made anew before an order. */
const RECONCILED_FOR_MS = 15 * 60_000;
/** One from so shortly before this worker began counts: workers that die in turn must not compare without end. */
const RESTART_MS = 60_000;

export function createVenueDesk(parts: VenueDeskParts): VenueDesk {
  const { db, venue } = parts;
  const now = Date.now;
  const engine: ReconcileParts = {
    store: createVenueStore({ ...parts, idProfile: venue.idProfile, nowMs: now }),
    books: createReconcileStore(db, now),
    venue,
    nowMs: now,
    sleep: (ms) => sleep(ms),
    settleMs: parts.settleMs,
  };
  let running: Promise<ReconcileReport> | null = null;
  const reconcile = (): Promise<ReconcileReport> => {
    running ??= reconcileNow(parts, engine).finally(() => {
      running = null;
    });
    return running;
  };
  return {
    broker: createVenueOrders(engine),
    reconcile,
    unreconciled: async () => {
      const standing = await standingOf(db, venue.name);
      const sinceMs = Math.max(parts.bornAtMs - RESTART_MS, now() - RECONCILED_FOR_MS);
      if ((standing?.reconciledAtMs ?? 0) >= sinceMs) return null;
      const { verdict, reason } = await reconcile();
      return verdict === 'unreachable' ? `books and venue could not be compared: ${reason ?? ''}` : null;
    },
  };
}

async function reconcileNow(parts: VenueDeskParts, engine: ReconcileParts): Promise<ReconcileReport> {
  const unusable = await openOrCheck(parts);
  if (unusable === null) {
    const report = await reconcileAccount(engine, parts.venue.name);
    await protectLeft(engine, parts.venue.name);
    return report;
  }
  return {
    accountId: parts.venue.name,
    verdict: 'unreachable',
    differences: [],
    reason: unusable,
    atMs: Date.now(),
  };
}

/** Opens the account at the first contact; afterwards it must stay the same one, and the clocks must agree. */
async function openOrCheck({ db, venue }: VenueDeskParts): Promise<string | null> {
  const standing = await standingOf(db, venue.name);
  const [wrong] = await identityProblems(venue, standing?.venueAccountId ?? null);
  if (wrong !== undefined) return wrong.message;
  const clock = await venue.clock();
  if (clock.kind === 'failed') return clock.reason;
  const verdict = judgeClock(clock.value);
  if (verdict.level === 'block') return verdict.problem.message;
  if (standing !== undefined) return null;
  return venue.mode === 'live' ? 'npm run arm opens this account' : openAtVenue(db, venue);
}

async function openAtVenue(db: Database, venue: Venue): Promise<string | null> {
  const [identity, cash] = [await venue.identity(), await venue.cash()];
  if (identity.kind === 'failed') return identity.reason;
  if (cash.kind === 'failed') return cash.reason;
  const told = { venueAccountId: identity.value.accountId, cash: cash.value.cash, currency: cash.value.currency };
  await openVenueAccount(db, { venue: venue.name, tradingMode: venue.mode, ...told, atMs: Date.now() });
  return null;
}
