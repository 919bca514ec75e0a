/**
 * Starts the test venue on 127.0.0.1: in its own process by `npm run
 * venue`, or inside a test. Its state is its journal:
 * started again on the same file it goes on where it was. It knows one account for each key.
 */
import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { type Control, createControl, noStats } from './control.ts';
import { type ClientIdProfile, createEngine, type Engine } from './engine.ts';
import type { Access } from './exchange.ts';
import { createFaults, type FaultRates, NO_FAULTS } from './faults.ts';
import { openJournal } from './journal.ts';
import { tick } from './match-orders.ts';
import { createVenueServer } from './serve.ts';

export type VenueOptions = {
  readonly journal: string;
  /** @default 'lifetime-unique' */
  readonly profile?: ClientIdProfile;
  /** @default 0, a free one */
  readonly port?: number;
  /** @default 1 */
  readonly seed?: number;
  /** One account each. @default DEFAULT_CREDENTIALS */
  readonly credentials?: readonly Credentials[];
  /** Answers as a live account. @default false */
  readonly isLive?: boolean;
  /** Opening cash of accounts that the journal does not know yet, decimal string. @default '100000' */
  readonly cash?: string;
  /** A step of the market; 0 moves it by control only. @default 1000 */
  readonly tickMs?: number;
  readonly faults?: Partial<FaultRates>;
  readonly hasNumericIds?: boolean;
  readonly isStrict?: boolean;
  /** Fraction of what a fill of a coin brings that is kept as its fee. @default 0 */
  readonly receivedFee?: number;
  /** Forgets so many last lines of the journal first. @default 0 */
  readonly journalRollback?: number;
};

export type Credentials = { readonly key: string; readonly secret: string };
export type Venue = {
  readonly url: string;
  readonly accounts: readonly string[];
  readonly control: Control;
  readonly close: () => Promise<void>;
};

export const DEFAULT_CREDENTIALS: Credentials = { key: 'PKVENUE', secret: 'venue-secret' };

const HOST = '127.0.0.1';
const TICK_MS = 1_000;

export async function startVenue(options: VenueOptions): Promise<Venue> {
  const { seed = 1, isLive = false, tickMs = TICK_MS, credentials = [DEFAULT_CREDENTIALS] } = options;
  const { profile = 'lifetime-unique', isStrict = false, receivedFee = 0 } = options;
  const journal = openJournal(options.journal, options.journalRollback ?? 0);
  const faults = createFaults(seed, { ...NO_FAULTS, ...options.faults });
  const mode = isLive ? 'live' : 'paper';
  const engine = createEngine(journal, { profile, mode, seed, tickMs, isStrict, receivedFee }, faults);
  const accesses = credentials.map((one): Access => ({ ...one, account: accountNumber(one.key, isLive) }));
  openAccounts(engine, accesses, options.cash ?? '100000');
  const stats = noStats();
  const control = createControl(engine, stats);
  const hasNumericIds = options.hasNumericIds ?? false;
  const server = createVenueServer({ engine, control, stats, accesses, hasNumericIds });
  await journal.synced();
  const port = await listen(server, options.port ?? 0);
  const timer = tickMs > 0 ? setInterval(() => engine.transact(() => tick(engine)), tickMs) : null;
  return {
    url: `http://${HOST}:${port}`,
    accounts: accesses.map(({ account }) => account),
    control,
    async close() {
      if (timer !== null) clearInterval(timer);
      await closeServer(server);
      await journal.close();
    },
  };
}

/** Of paper accounts PA and ten characters, of live accounts nine digits: Alpaca's own shapes. */
function accountNumber(key: string, isLive: boolean): string {
  const hex = createHash('sha256').update(key).digest('hex');
  const digits = String(100_000_000 + (Number.parseInt(hex.slice(0, 12), 16) % 900_000_000));
  return isLive ? digits : `PA${hex.slice(0, 10).toUpperCase()}`;
}

function openAccounts(engine: Engine, accesses: readonly Access[], cash: string): void {
  const { profile, mode, seed } = engine.settings;
  engine.transact(() => {
    engine.emit({ kind: 'start', profile, mode, seed });
    for (const { account } of accesses) {
      if (!engine.state.books.has(account)) engine.emit({ kind: 'account', account, cash });
    }
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: HOST }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
