/**
 * A desk without Temporal: the product's own activities and order engine, a real database, the real test venue over
 * HTTP. Workers are made and dropped at will; the experiment plays the server that repeats what was not finished.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { parseEnvironment } from '../../config/environment.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { VenueOptions } from '../../scripts/lib/venue/start-venue.ts';
import { DEFAULT_CREDENTIALS, startVenue, type Venue } from '../../scripts/lib/venue/start-venue.ts';
import { EXAM_SYMBOLS } from '../rig/market.ts';
import { type MovableClock, movableClock } from './movable-clock.ts';
import type { Site, SiteDatabase } from './site.ts';

export const SMALL_ACCOUNT = 'alpaca-paper';

export type IdProfile = NonNullable<VenueOptions['profile']>;
export type SmallDesk = {
  readonly home: string;
  readonly profile: IdProfile;
  readonly database: SiteDatabase;
  readonly journal: string;
  readonly clock: MovableClock;
  /** As the superuser, for looks and for what no one may do. */
  readonly pool: pg.Pool;
  readonly environment: ReturnType<typeof parseEnvironment>;
  readonly venue: () => Venue;
  /** Ends the venue; started again on its journal it goes on, less the last lines that it is told to forget. */
  readonly stopVenue: () => Promise<void>;
  readonly restartVenue: (journalRollback: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type SmallDeskOptions = {
  readonly name: string;
  readonly profile: IdProfile;
  readonly seed: number;
};

const CASH = '1000000';

/** The market stands still until the experiment moves it. */
export async function openSmallDesk(site: Site, { name, profile, seed }: SmallDeskOptions): Promise<SmallDesk> {
  const database = await site.newDatabase();
  const home = path.join(site.folder, `${name}-${randomUUID().slice(0, 8)}`);
  const journal = `${home}.jsonl`;
  const options = { journal, profile, seed, cash: CASH, tickMs: 0 };
  let venue = await startVenue(options);
  for (const { symbol, price } of EXAM_SYMBOLS) venue.control.price(symbol, toDecimal(price));
  const port = Number(new URL(venue.url).port);
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => undefined);
  const { key, secret } = DEFAULT_CREDENTIALS;
  return {
    ...{ home, profile, database, journal, pool },
    clock: movableClock(),
    environment: parseEnvironment({
      ALPACA_PAPER_KEY: `${key}:${secret}`,
      ALPACA_PAPER_URL: venue.url,
      QUARTERDECK_ALLOW_LOOPBACK: '1',
    }),
    venue: () => venue,
    stopVenue: () => venue.close(),
    restartVenue: async (journalRollback) => {
      venue = await startVenue({ ...options, port, journalRollback });
    },
    close: async () => {
      await Promise.all([venue.close(), pool.end()]);
      await database.drop();
    },
  };
}
