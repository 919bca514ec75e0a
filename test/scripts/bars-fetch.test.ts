/** `npm run bars -- fetch` against a vendor on loopback: what is stored, what is revised, and being broken off. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configuredMarkets } from '../../adapters/market-data/configured-markets.ts';
import { deskMarketData } from '../../adapters/market-data/desk-market-data.ts';
import { ensureStored } from '../../adapters/market-data/fetch-bars.ts';
import { barReaders } from '../../db/bar-readers.ts';
import { readExactBars } from '../../db/bars.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { listDataSets } from '../../db/data-sets.ts';
import { createFetchStore } from '../../db/fetch-store.ts';
import type { Database } from '../../db/tables.ts';
import type { MarketSettings } from '../../schemas/market-settings.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import { type FetchArguments, fetchCommand } from '../../scripts/lib/bars/fetch-command.ts';
import { synthCommand } from '../../scripts/lib/bars/synth-command.ts';
import { DATA_KEY, startAlpacaDataPeer } from '../adapters/market-data/alpaca-data-peer.ts';
import { startKrakenDataPeer } from '../adapters/market-data/kraken-data-peer.ts';
import { HOUR, hourBars, type MarketPeer, wallClock } from '../adapters/market-data/market-peer.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bars-fetch-'));
const clock = wallClock();
/** 100 bars, the last of them unfinished. */
const COUNT = 100;
const firstMs = Math.floor(Date.now() / HOUR) * HOUR - (COUNT - 1) * HOUR;
const iso = (index: number): string => new Date(firstMs + index * HOUR).toISOString();

let database: TestDatabase;
let db: Database;
let peer: MarketPeer;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl);
});
afterAll(async () => {
  await closeDatabase(db);
  await database.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  for (const table of ['bars', 'data_sets', 'bar_fetches'] as const) await db.deleteFrom(table).execute();
  peer = await startAlpacaDataPeer(clock);
  peer.state.bars = hourBars(firstMs, COUNT);
});
afterEach(async () => peer.close());

const settings = (): MarketSettings => ({
  alpaca: { key: DATA_KEY, url: peer.url, feed: 'iex' },
  ccxt: { urls: {} },
  allowLoopback: true,
});
const fetch = (changes: Partial<FetchArguments> = {}, at: MarketSettings = settings()) =>
  fetchCommand(
    db,
    {
      source: 'alpaca',
      symbol: 'BTC/USD',
      interval: '1h',
      from: iso(0),
      acceptJumps: false,
      replace: false,
      ...changes,
    },
    { nowMs: Date.now(), say: () => undefined, market: configuredMarkets(at, { idleTimeoutMs: 2_000 }) },
  );
const stored = () => readExactBars(db, 'BTC/USD', HOUR, null, null);
const revisions = () =>
  db.selectFrom('bar_revisions').selectAll().where('symbol', '=', 'BTC/USD').orderBy('told_at').execute();
const codesOf = async (work: Promise<unknown>): Promise<string[]> => {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof InvalidInput ? error.problems.map(({ code, path: at }) => `${code} ${at}`) : [String(error)];
};

describe('bars fetch', () => {
  it('stores all closed bars exactly, with source, gaps and hash, and again changes nothing', async () => {
    peer.state.bars.splice(40, 3);
    peer.state.bars[10] = { t: firstMs + 10 * HOUR, cells: ['100', '101', '99', '100.000000000000000001', '7'] };
    const { document, lines } = await fetch();
    const [set] = await listDataSets(db);
    const gaps = [{ fromMs: firstMs + 40 * HOUR, missingCount: 3 }];
    expect(document).toMatchObject({ ok: true, source: 'alpaca', fetched: 96, inserted: 96, revised: 0, gaps });
    expect(document).toMatchObject({ missingCount: 3, resumedAtMs: null, storedRows: 96, dataHash: set?.dataHash });
    expect(set).toMatchObject({ sourceName: 'alpaca', rowCount: 96, gaps, quarantined: null });
    expect(lines.join('\n')).toContain(`${iso(40).replace('.000Z', 'Z')}  3 missing`);
    expect((await stored())[10]).toMatchObject({ close: '100.000000000000000001', volume: '7' });
    const again = await fetch();
    expect(again.document).toMatchObject({ fetched: 96, inserted: 0, revised: 0, same: 96, dataHash: set?.dataHash });
    expect(await db.selectFrom('fetched_bars').selectAll().execute()).toEqual([]);
  });

  it('goes on after what is stored when no start is given', async () => {
    await fetch({ to: iso(50) });
    const { document } = await fetch({ from: undefined as never });
    expect(document).toMatchObject({ fetched: 50, inserted: 49, same: 1, storedRows: 99 });
  });

  it('writes a revised bar down once and keeps the stored one, until --replace takes the vendor’s word', async () => {
    const { document } = await fetch();
    const seen = await revisions();
    peer.state.bars[20] = { t: firstMs + 20 * HOUR, cells: ['100', '104', '99', '103.5', '8'] };
    const kept = await fetch();
    expect(kept.document).toMatchObject({ revised: 1, replaced: 0, same: 98, dataHash: document.dataHash });
    expect(kept.lines.join('\n')).toContain('1 revised by the vendor');
    await fetch();
    const written = (await revisions()).slice(seen.length);
    expect(written).toMatchObject([{ source_name: 'alpaca', applied: false, after: { close: '103.5', volume: '8' } }]);
    expect(written[0]?.before).toEqual((await stored())[20]);
    const replaced = await fetch({ replace: true });
    expect(replaced.document).toMatchObject({ revised: 1, replaced: 1 });
    expect(replaced.document.dataHash).not.toBe(document.dataHash);
    expect((await revisions()).slice(seen.length).map((one) => one.applied)).toEqual([false, true]);
    expect((await stored())[20]).toMatchObject({ close: '103.5', volume: '8' });
  });

  it('mixes no vendor’s bars with synthetic ones or another vendor’s', async () => {
    const names = { symbol: 'BTC/USD', interval: '1h', count: '5', seed: '1', replace: false };
    await synthCommand(async () => db, names, { nowMs: Date.now(), say: () => undefined });
    expect(await codesOf(fetch())).toEqual(['DATA_MIXED --symbol']);
    expect(peer.state.asked).toEqual([]);
    expect((await fetch({ replace: true })).document).toMatchObject({ inserted: 99, storedRows: 99 });
    expect(await codesOf(fetch({ source: 'ccxt:binance' }))).toEqual(['DATA_MIXED --symbol']);
  });

  it('stores the same symbol of two venues side by side under names of their own', async () => {
    const kraken = await startKrakenDataPeer(clock);
    kraken.state.bars = hourBars(firstMs, COUNT).map(({ t, cells }) => ({ t, cells: [...cells.slice(0, 4), '3'] }));
    const changes = { source: 'ccxt:kraken', storeAs: 'BTC/USD:KRAKEN' };
    const { document } = await fetch(changes, { ...settings(), ccxt: { urls: { kraken: kraken.url } } });
    expect(document).toMatchObject({ ok: true, source: 'ccxt:kraken', symbol: 'BTC/USD:KRAKEN', inserted: 99 });
    expect((await fetch({ storeAs: 'BTC/USD:ALPACA' })).document).toMatchObject({ inserted: 99 });
    const sets = await listDataSets(db);
    expect(sets.map(({ symbol, sourceName }) => `${symbol} ${sourceName}`)).toEqual([
      'BTC/USD:ALPACA alpaca BTC/USD',
      'BTC/USD:KRAKEN ccxt:kraken BTC/USD',
    ]);
    const other = { symbol: 'ETH/USD', storeAs: 'BTC/USD:ALPACA' };
    expect(await codesOf(fetch(other))).toEqual(['DATA_MIXED --symbol']);
    expect(await codesOf(fetch({ storeAs: 'b t c' }))).toEqual(['SYMBOL_INVALID --store-as']);
    await kraken.close();
  });

  it('stores nothing of a fetch that ends in a bar that cannot be, and tells which', async () => {
    peer.state.bars[60] = { t: firstMs + 60 * HOUR, cells: ['100', '98', '99', '99', '5'] };
    const place = `alpaca /v1beta3/crypto/us/bars BTC/USD ${iso(60).replace('.000Z', 'Z')} high`;
    expect(await codesOf(fetch())).toEqual([`DATA_OHLC_INCONSISTENT ${place}`]);
    expect(await stored()).toEqual([]);
    expect(await listDataSets(db)).toEqual([]);
  });

  it('quarantines a jump for paper and live unless it is accepted', async () => {
    peer.state.bars[30] = { t: firstMs + 30 * HOUR, cells: ['100', '999', '99', '990', '5'] };
    const { document } = await fetch();
    expect(document.quarantined).toContain('DATA_JUMP');
    expect((await fetch({ acceptJumps: true })).document.quarantined).toBeNull();
  });

  it('lists all mistakes of a call', async () => {
    const wrong = { source: 'ccxt', symbol: 'btc', interval: '1y', from: 'yesterday', to: '2020-01-01T00:00:00' };
    expect(await codesOf(fetch(wrong))).toEqual([
      'SYMBOL_INVALID --symbol',
      'ARGUMENT_VALUE --source',
      'DATA_TIME_INVALID --from',
      'DATA_TIME_ZONE_MISSING --to',
      'INPUT_RANGE --interval',
    ]);
    expect(await codesOf(fetch({ from: undefined as never }))).toEqual(['ARGUMENT_MISSING --from']);
    expect(await codesOf(fetch({ to: iso(0) }))).toEqual(['INPUT_RANGE --to']);
    expect(await codesOf(fetch({ symbol: 'BTC/EUR', to: iso(0), from: iso(-9) }))).toEqual(['DATA_EMPTY alpaca']);
  });
});

describe('a fetch that is broken off', () => {
  const run = (...words: string[]) => {
    const args = ['scripts/run.mjs', 'bars', 'fetch', '--source', 'alpaca', '--symbol', 'BTC/USD', '--interval', '1h'];
    const env = {
      ...process.env,
      QUARTERDECK_HOME: path.join(folder, 'no-desk'),
      QUARTERDECK_ALLOW_LOOPBACK: '1',
      DATABASE_URL: database.appUrl,
      ALPACA_DATA_URL: peer.url,
      ALPACA_DATA_KEY: DATA_KEY,
    };
    const child = spawn(process.execPath, [...args, '--from', iso(0), '--json', ...words], { env, detached: true });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    return { child, document: async () => once(child, 'close').then(([code]) => ({ code, ...JSON.parse(stdout) })) };
  };
  const gathered = async (): Promise<number> =>
    (
      await db
        .selectFrom('fetched_bars')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .execute()
    )[0]?.count ?? 0;

  it('goes on where kill -9 ended it: nothing twice, nothing left out, the hash of an undisturbed one', async () => {
    const undisturbed = (await fetch()).document.dataHash;
    for (const table of ['bars', 'data_sets', 'bar_fetches'] as const) await db.deleteFrom(table).execute();
    const before = peer.state.asked.length;
    peer.state.quietFrom = before + 7;
    const { child } = run();
    await expect.poll(() => peer.state.asked.length, { timeout: 30_000 }).toBe(before + 7);
    await expect.poll(gathered).toBe(41);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'close');
    expect(await stored()).toEqual([]);
    peer.state.quietFrom = Number.POSITIVE_INFINITY;
    const done = await run().document();
    expect(done).toMatchObject({ code: 0, ok: true, resumedAtMs: firstMs + 41 * HOUR, fetched: 99, inserted: 99 });
    expect(done.dataHash).toBe(undisturbed);
    const asked = decodeURIComponent(peer.state.asked[before + 7]?.path ?? '');
    expect(asked).toContain(`start=${iso(41)}`);
  });

  it('ends with 3 when the vendor is not reached, and with 1 when it told what cannot be', async () => {
    peer.state.faults = [{ kind: 'html' }];
    const unusable = await run().document();
    expect([unusable.code, unusable.problems[0].code]).toEqual([1, 'VENDOR_REPLY']);
    peer.state.faults = [{ kind: 'status', status: 429, retryAfter: '290' }];
    const unreached = await run().document();
    expect([unreached.code, unreached.problems[0].code]).toEqual([3, 'VENDOR_RATE_LIMITED']);
  });
});

describe('a walk over a vendor’s past', () => {
  const load = (from: string, to: string) =>
    deskMarketData(barReaders(db), ensureStored(configuredMarkets(settings()), createFetchStore(db), Date.now)).load({
      source: { source: 'alpaca', from, to, speed: 1 },
      symbol: 'BTC/USD',
      intervalMs: HOUR,
      seed: 1,
    });

  it('fetches once what it needs, and later only what is missing at the end', async () => {
    expect((await load(iso(10), iso(40))).close).toHaveLength(30);
    const asked = peer.state.asked.length;
    expect((await load(iso(12), iso(38))).close).toHaveLength(26);
    expect(peer.state.asked).toHaveLength(asked);
    expect((await load(iso(10), iso(44))).close).toHaveLength(34);
    expect(peer.state.asked).toHaveLength(asked + 1);
  });

  it('gives many that begin at once the same bars for one fetch', async () => {
    const market = deskMarketData(
      barReaders(db),
      ensureStored(configuredMarkets(settings()), createFetchStore(db), Date.now),
    );
    const source = { source: 'alpaca', from: iso(0), to: iso(28), speed: 1 } as const;
    const request = { source, symbol: 'BTC/USD', intervalMs: HOUR, seed: 1 };
    const all = await Promise.all([1, 2, 3].map((seed) => market.load({ ...request, seed })));
    expect(all.map((series) => series.close.length)).toEqual([28, 28, 28]);
    expect(peer.state.asked).toHaveLength(4);
  });

  it('ends for good where the vendor tells what cannot be, may be tried again where it is not reached', async () => {
    peer.state.faults = [{ kind: 'html' }];
    expect(await codesOf(load(iso(10), iso(40)))).toEqual(['VENDOR_REPLY alpaca /v1beta3/crypto/us/bars']);
    peer.state.faults = [{ kind: 'status', status: 429, retryAfter: '290' }];
    await expect(load(iso(10), iso(40))).rejects.toBeInstanceOf(VendorFailure);
    expect((await load(iso(10), iso(40))).close).toHaveLength(30);
  });

  it('wants both bounds, and reads only what is stored where it may not fetch', async () => {
    const reading = deskMarketData(barReaders(db));
    const request = { symbol: 'BTC/USD', intervalMs: HOUR, seed: 1 };
    const open = reading.load({ ...request, source: { source: 'alpaca', speed: 1 } });
    expect(await codesOf(open)).toEqual(['INPUT_REQUIRED market.from', 'INPUT_REQUIRED market.to']);
    const source = { source: 'alpaca', from: iso(0), to: iso(5), speed: 1 } as const;
    expect(await codesOf(reading.load({ ...request, source }))).toEqual(['DATA_EMPTY market']);
    expect(peer.state.asked).toEqual([]);
  });
});
