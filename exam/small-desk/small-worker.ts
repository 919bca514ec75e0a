/**
 * One worker of a small desk: a pool of its own, the product's activities for proposal, gate and intent, its order
 * engine for the rest. What it does is watched; once it is dropped, nothing of it goes on.
 */
import { Client, Connection } from '@temporalio/client';
import { type ReconcileParts, reconcileAccount } from '../../activities/order/reconcile-account.ts';
import { createVenueOrders } from '../../activities/order/venue-orders.ts';
import type { Broker } from '../../adapters/broker/broker.ts';
import { configuredVenues } from '../../adapters/broker/configured-venues.ts';
import type { Venue } from '../../adapters/broker/venue.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { createReconcileStore } from '../../db/reconcile-store.ts';
import type { Database } from '../../db/tables.ts';
import { createVenueStore } from '../../db/venue-store.ts';
import { costsSchema } from '../../schemas/execution.ts';
import type { ReconcileReport } from '../../schemas/reconciliation.ts';
import { tradingActivities } from '../../workers/trading.ts';
import { createVenueDesk } from '../../workers/venue-desk.ts';
import { EXAM_CONFIG } from '../exam.ts';
import { type Watcher, watched, withCommitBoundaries, withGuardBoundaries } from './boundaries.ts';
import { SMALL_ACCOUNT, type SmallDesk } from './small-desk.ts';

/** What a worker needs of its desk: a rig has it too. */
export type WorkerSite = Pick<SmallDesk, 'home' | 'environment' | 'clock'> & {
  readonly database: Pick<SmallDesk['database'], 'appUrl'>;
};
/** Takes a safeguard away; `null` for the product as it is. */
export type Weaken = ((engine: ReconcileParts) => ReconcileParts) | null;
export type SmallWorker = {
  readonly gate: Pick<ReturnType<typeof tradingActivities>, 'proposeOrder' | 'checkRisk' | 'recordIntent'>;
  readonly broker: Broker;
  readonly reconcile: () => Promise<ReconcileReport>;
  /** Runs work of this worker under its watcher. @throws WorkerDied once it has died */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
};
export type SmallWorkerOptions = {
  readonly watcher: Watcher;
  readonly weaken: Weaken;
  readonly killFile?: () => string | null;
};

/** The process is gone: thrown at a boundary, and at every later one of the same worker. */
export class WorkerDied extends Error {}

const POOL_SIZE = 2;
const SETTLE_MS = 40;

export function startSmallWorker(desk: WorkerSite, options: SmallWorkerOptions): SmallWorker {
  const pool = openDatabase(desk.database.appUrl, { poolSize: POOL_SIZE });
  const db = withCommitBoundaries(pool);
  const engine = engineOf(desk, db, options);
  const broker = createVenueOrders(engine);
  const client = new Client({ connection: Connection.lazy() });
  const parts = { db, client, home: desk.home, configFolder: EXAM_CONFIG, codeVersion: 'exam', bornAtMs: Date.now() };
  return {
    gate: tradingActivities({ ...parts, venues: [venueOf(desk)] }),
    broker,
    reconcile: () => reconcileAccount(engine, SMALL_ACCOUNT),
    run: (work) => watched(options.watcher, work),
    close: () => closeDatabase(pool),
  };
}

/** The venue lives in the present: what the desk asks for since an instant of its own clock is translated. */
function engineOf(desk: WorkerSite, db: Database, options: SmallWorkerOptions): ReconcileParts {
  const { weaken, killFile = () => null } = options;
  const { nowMs, sleep } = desk.clock;
  const limits = loadGovernance(EXAM_CONFIG).desk;
  const known = venueOf(desk);
  const fills: Venue['fills'] = (sinceMs) => known.fills(sinceMs - desk.clock.aheadMs());
  const busts: Venue['busts'] = (sinceMs) => known.busts(sinceMs - desk.clock.aheadMs());
  const venue = { ...known, fills, busts };
  const { idProfile } = known;
  const parts = { db, costs: costsSchema.parse({}), desk: limits, killFile, nowMs, idProfile };
  const books = createReconcileStore(db, nowMs);
  const settled = { settleMs: SETTLE_MS, sleep };
  const strong = withGuardBoundaries({ store: createVenueStore(parts), books, venue, nowMs, ...settled });
  return weaken === null ? strong : weaken(strong);
}

function venueOf({ environment }: WorkerSite): Venue {
  const [venue] = configuredVenues(environment);
  if (venue === undefined) throw new Error('the small desk has no venue');
  return venue;
}

/** The first contact: the desk's own first reconciliation opens the account. */
export async function openAccount(desk: SmallDesk): Promise<void> {
  const db = openDatabase(desk.database.appUrl, { poolSize: POOL_SIZE });
  const limits = loadGovernance(EXAM_CONFIG).desk;
  const parts = { db, venue: venueOf(desk), costs: costsSchema.parse({}), desk: limits, killFile: () => null };
  const { verdict, reason } = await createVenueDesk({ ...parts, bornAtMs: Date.now(), settleMs: 0 }).reconcile();
  await closeDatabase(db);
  if (verdict !== 'equal') throw new Error(`the account was not opened: ${verdict} ${reason ?? ''}`);
}
