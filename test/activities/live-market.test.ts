/**
 * A vendor's bars on their way into Postgres and to those who look now and then: what is asked for, what is stored, and
 * what a leg that nobody else watches is told. The vendor is a list of bars, the clock a number.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catchUp, createFeed, type FeedParts } from '../../activities/market/catch-up.ts';
import { quoteFacts } from '../../activities/market/live-quote.ts';
import { barsSince, newestBars } from '../../activities/market/live-series.ts';
import { openPast } from '../../activities/session/follow-market.ts';
import type { BarsRequest, VendorMarket } from '../../adapters/market-data/vendor-market.ts';
import { readDataSet } from '../../db/data-sets.ts';
import { createLiveBarStore } from '../../db/live-bars.ts';
import { createLiveSessionStore } from '../../db/live-session-store.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { seriesFromRows } from '../../domain/market/bar-series.ts';
import { sessionsBetween } from '../../domain/market/calendar.ts';
import { judgeQuote } from '../../domain/market/quote.ts';
import { sessionStamps } from '../../domain/market/session-bars.ts';
import type { Bar } from '../../schemas/market.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { strategySchema } from '../../schemas/signals.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import { importBars } from '../../scripts/lib/bars/store-bars.ts';
import { type DeskDatabase, openDeskDatabase } from '../db/desk-database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2029-01-10T12:00:00Z');
const SOURCE = { source: 'ccxt', exchange: 'binance', speed: 1 } as const;

const bar = (openTimeMs: number, low = 99): Bar => ({
  openTimeMs,
  open: '100',
  high: '101',
  low: `${low}`,
  close: '100',
  volume: '5',
});

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

let clockMs = NOON;
let count = 0;
/** A vendor that has bars at these stamps; what it was asked is kept, and it may be made to wait or to fail. */
let told: Bar[] = [];
let asked: BarsRequest[] = [];
let gate: Promise<void> = Promise.resolve();
let failure: Error | null = null;
let symbol = '';
beforeEach(() => {
  clockMs = NOON;
  count += 1;
  symbol = `T${count}/USDT`;
  [told, asked, gate, failure] = [[], [], Promise.resolve(), null];
});

const vendorNamed = (name: VendorMarket['name']): VendorMarket => ({
  name,
  async *bars(request) {
    asked.push(request);
    await gate;
    const { fromMs, toMs, intervalMs } = request;
    const found = told.filter(
      ({ openTimeMs }) => openTimeMs >= fromMs && openTimeMs < toMs && openTimeMs + intervalMs <= clockMs,
    );
    for (let from = 0; from < found.length; from += 50_000) yield found.slice(from, from + 50_000);
    if (failure !== null) throw failure;
  },
  quote: async () => ({ atMs: clockMs, bid: '99', ask: '101' }),
});

const feedOf = (name: VendorMarket['name'] = 'ccxt:binance'): FeedParts =>
  createFeed({ vendorOf: () => vendorNamed(name), bars: createLiveBarStore(desk.db), nowMs: () => clockMs });
const minutesUpTo = (endMs: number, howMany: number): Bar[] =>
  Array.from({ length: howMany }, (_, i) => bar(endMs - (howMany - i) * MINUTE));
const question = (fromMs: number) => ({ source: SOURCE, symbol, intervalMs: MINUTE, fromMs, budgetMs: 5_000 });
const stored = (fromMs: number) => createLiveBarStore(desk.db).known(symbol, MINUTE, fromMs);

describe('questions to a vendor at the same time', () => {
  it('are joined where the one under way reaches as far back, and else asked after it', async () => {
    told = minutesUpTo(NOON, 100);
    const feed = feedOf();
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const short = catchUp(feed, question(NOON - 5 * MINUTE));
    const shorter = catchUp(feed, question(NOON - 2 * MINUTE));
    const long = catchUp(feed, question(NOON - 100 * MINUTE));
    open();
    expect(await Promise.all([short, shorter, long])).toEqual([[], [], []]);
    expect(asked.map(({ fromMs }) => (NOON - fromMs) / MINUTE)).toEqual([5, 100]);
    expect(await stored(0)).toHaveLength(100);
  });
});

describe('more bars than one question may bring', () => {
  it('are a finding, and no session opens on a past that ends before now', async () => {
    told = minutesUpTo(NOON, 100_001);
    const from = new Date(NOON - 100_001 * MINUTE).toISOString();
    const input = parseSessionInput(
      {
        accountId: 'paper-1',
        strategy: 'momentum',
        symbols: [symbol],
        tradingMode: 'paper',
        barIntervalMs: MINUTE,
        market: { ...SOURCE, from },
      },
      'strategy-session:long',
      NOON,
    );
    const follow = {
      ...feedOf(),
      live: createLiveSessionStore(desk.db),
      ageOffsetMs: 30_000,
      quarantined: async () => new Map(),
    };
    const opening = openPast(follow, input, strategySchema.parse({ type: 'momentum' }));
    await expect(opening).rejects.toThrow(InvalidInput);
    await expect(opening).rejects.toThrow(/market.from: got .*more than 100000 bars/);
  });
});

describe('a leg that nobody else watches', () => {
  const sinceMs = NOON - 300 * MINUTE;
  const since = (fromMs = sinceMs) => barsSince(feedOf(), { source: SOURCE, symbol, intervalMs: MINUTE, fromMs });

  it('is told every bar since it was matched last, also of more than two hundred', async () => {
    told = minutesUpTo(NOON, 600);
    told[330] = bar(NOON - 270 * MINUTE, 90);
    const bars = await since();
    expect(bars?.openTimeMs).toHaveLength(300);
    expect(bars?.openTimeMs[0]).toBe(sinceMs);
    expect(bars?.low.indexOf(90)).toBe(30);
  });

  it('waits while the vendor does not tell all of them, whatever is stored', async () => {
    told = minutesUpTo(NOON, 600);
    await newestBars(feedOf(), { source: SOURCE, symbol, intervalMs: MINUTE });
    failure = new VendorFailure([problem('VENDOR_UNREACHABLE', 'binance', 'HTTP 500', 'a whole answer')]);
    expect(await since()).toBeNull();
    failure = null;
    expect((await since())?.openTimeMs).toHaveLength(300);
  });

  it('of a session long ago goes on by stretches, over one without bars too', async () => {
    told = [...minutesUpTo(NOON - 80_000 * MINUTE, 10), ...minutesUpTo(NOON, 5)];
    const first = await since(NOON - 80_010 * MINUTE);
    expect(first?.openTimeMs).toHaveLength(10);
    const next = await since((first?.openTimeMs.at(-1) ?? 0) + MINUTE);
    expect(next?.openTimeMs).toHaveLength(5);
    expect(Math.max(...asked.map(({ fromMs, toMs }) => (toMs - fromMs) / MINUTE))).toBeLessThan(50_010);
  });
});

describe('shares', () => {
  it('have their last two hundred minutes on Monday at 09:31 too', async () => {
    symbol = 'SPY';
    clockMs = Date.parse('2029-01-08T14:31:00Z');
    told = sessionsBetween('XNYS', clockMs - 7 * 24 * HOUR, clockMs)
      .flatMap((session) => sessionStamps(session, MINUTE))
      .map((atMs) => bar(atMs));
    const bars = await newestBars(feedOf('alpaca'), {
      source: { source: 'alpaca', speed: 1 },
      symbol,
      intervalMs: MINUTE,
    });
    expect(bars.openTimeMs).toHaveLength(200);
    expect(new Date(bars.openTimeMs[0] ?? 0).toISOString()).toBe('2029-01-05T17:41:00.000Z');
  });
});

describe('stored bars of a live market', () => {
  it('have the gaps that came within one answer', async () => {
    told = minutesUpTo(NOON - 3 * MINUTE, 5);
    await catchUp(feedOf(), question(NOON - 10 * MINUTE));
    expect((await readDataSet(desk.db, symbol, MINUTE))?.gaps).toEqual([]);
    told = [...told, bar(NOON - 3 * MINUTE), bar(NOON - MINUTE)];
    await catchUp(feedOf(), question(NOON - 10 * MINUTE));
    expect(await readDataSet(desk.db, symbol, MINUTE)).toMatchObject({
      rowCount: 7,
      gaps: [{ fromMs: NOON - 2 * MINUTE, missingCount: 1 }],
    });
  });

  it('of two vendors never stand in one data set, also where a file was imported before or between', async () => {
    const file = (openTimeMs: number) => {
      const row = { openTimeMs, open: 100, high: 101, low: 99, close: 100, volume: 5 };
      const bars = { series: seriesFromRows(symbol, MINUTE, [row]), exactTexts: new Map<number, string>() };
      return importBars(desk.db, { sourceName: 'btc.csv', bars, acceptJumps: false, replace: false, nowMs: NOON });
    };
    await file(NOON - 20 * MINUTE);
    told = minutesUpTo(NOON, 5);
    expect(await catchUp(feedOf('alpaca'), question(NOON - 10 * MINUTE))).toEqual([]);
    await file(NOON - 19 * MINUTE);
    expect(await readDataSet(desk.db, symbol, MINUTE)).toMatchObject({ sourceName: 'btc.csv', origins: ['alpaca'] });
    const other = catchUp(feedOf('ccxt:binance'), question(NOON - 10 * MINUTE));
    await expect(other).rejects.toThrow(/DATA_MIXED .*from alpaca/);
  });
});

describe('a quote', () => {
  const facts = (atMs: number, ask = '101') => {
    const quote = { atMs, bid: '99', ask };
    const problems = judgeQuote(quote, 'BTC/USD', { nowMs: NOON, ageMaxMs: 30_000 });
    return quoteFacts({ quote, problems }, toDecimal(100), NOON);
  };

  it('of a clock that is ahead is missing, and no reason to quarantine the symbol', () => {
    expect(facts(NOON + 5_000)).toMatchObject({ quoteAtMs: NOON, quoteFault: null, quarantine: null });
    expect(facts(NOON + 6_000)).toMatchObject({
      quoteAtMs: null,
      quoteFault: expect.stringMatching(/^DATA_TIME_FUTURE/),
      quarantine: null,
    });
  });

  it('that is old is told with its age, and one that is crossed is a lie', () => {
    expect(facts(NOON - 60_000)).toMatchObject({ quoteAtMs: NOON - 60_000, quoteFault: null, quarantine: null });
    expect(facts(NOON, '98').quarantine).toMatch(/^QUOTE_CROSSED/);
  });
});
