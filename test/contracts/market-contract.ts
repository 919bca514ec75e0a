/**
 * What every vendor of market data must do, said once. Run against a peer on loopback that speaks the vendor's format
 * and misbehaves. Time is a clock of the test: what waits moves it on.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarsRequest, VendorMarket } from '../../adapters/market-data/vendor-market.ts';
import type { VendorParts } from '../../adapters/market-data/vendor-parts.ts';
import type { Bar } from '../../schemas/market.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';
import {
  HOUR,
  hourBars,
  type MarketPeer,
  type PageFault,
  type PeerBar,
  type PeerClock,
  type PeerFault,
} from '../adapters/market-data/market-peer.ts';

export type MarketCase = {
  readonly symbol: string;
  readonly startPeer: (clock: PeerClock) => Promise<MarketPeer>;
  readonly create: (url: string, parts: VendorParts, allowLoopback?: boolean) => VendorMarket;
  /** The path of bars, as problems name it. */
  readonly barsPath: string;
};

const NOW = Date.parse('2026-03-10T12:34:30Z');
const FIRST = Date.parse('2026-03-09T00:00:00Z');
/** The last bar of these has not closed at NOW. */
const COUNT = 37;

/** The bars as they must arrive: the decimals that were written, without zeros that carry nothing. */
const told = ({ t, cells }: PeerBar): Bar => {
  const [open = '', high = '', low = '', close = '', volume = ''] = cells.map((one) => one ?? '');
  return { openTimeMs: t, open, high, low, close, volume };
};

export function describeMarketContract(name: string, given: MarketCase): void {
  describe(`market data of ${name}`, () => {
    let clock: PeerClock;
    let peer: MarketPeer;
    let slept: number[];
    const parts = (more: VendorParts = {}): VendorParts => ({
      nowMs: () => clock.nowMs,
      sleep: async (ms) => {
        slept.push(ms);
        clock.nowMs += ms;
      },
      idleTimeoutMs: 150,
      totalTimeoutMs: 5_000,
      ...more,
    });
    const vendor = (more: VendorParts = {}) => given.create(peer.url, parts(more));
    const whole: BarsRequest = { symbol: given.symbol, intervalMs: HOUR, fromMs: FIRST + HOUR, toMs: NOW + 10 * HOUR };
    const read = async (request = whole, market = vendor()): Promise<Bar[]> => (await pagesOf(market, request)).flat();
    const closed = (): Bar[] => peer.state.bars.slice(1, COUNT - 1).map(told);

    beforeEach(async () => {
      clock = { nowMs: NOW };
      slept = [];
      peer = await given.startPeer(clock);
      peer.state.bars = hourBars(FIRST, COUNT);
    });
    afterEach(async () => peer.close());

    it('gives every closed bar of the range once, page after page, and never the one that is unfinished', async () => {
      const pages = await pagesOf(vendor(), whole);
      expect(pages.length).toBeGreaterThan(4);
      expect(pages.flat()).toEqual(closed());
      expect(await read({ ...whole, toMs: FIRST + 5 * HOUR })).toEqual(peer.state.bars.slice(1, 5).map(told));
    });

    it('takes the bar in as soon as the clock of the vendor, not ours, has closed it', async () => {
      const closesAtMs = FIRST + COUNT * HOUR;
      clock.nowMs = closesAtMs + 2_000;
      peer.state.skewMs = -3_000;
      expect((await read()).at(-1)?.openTimeMs).toBe(closesAtMs - 2 * HOUR);
      peer.state.skewMs = -2_000;
      expect((await read()).at(-1)?.openTimeMs).toBe(closesAtMs - HOUR);
    });

    it('keeps every digit, of numbers and of numbers written as texts', async () => {
      const cells = ['0.10000000000000000007', '12345678901234567.25', '0.00000001', '1.0000000000000000001', '1e-7'];
      peer.state.bars[3] = { t: FIRST + 3 * HOUR, cells };
      const exact = { ...told({ t: FIRST + 3 * HOUR, cells }), volume: '0.0000001' };
      expect((await read())[2]).toEqual(exact);
      peer.state.asText = true;
      expect((await read())[2]).toEqual(exact);
      peer.state.bars[3] = { t: FIRST + 3 * HOUR, cells: ['100.50', '101.00', '0099.000', '100', '7.0'] };
      expect((await read())[2]).toMatchObject({ open: '100.5', high: '101', low: '99', close: '100', volume: '7' });
    });

    it('puts up with pages that overlap, are shuffled, or are empty in the middle', async () => {
      for (const pageFault of ['overlap', 'shuffled', 'emptyInside'] satisfies PageFault[]) {
        peer.state.pageFault = pageFault;
        expect([pageFault, await read()]).toEqual([pageFault, closed()]);
      }
    });

    it('takes the later word on a bar that was revised between two pages, and on one revised since', async () => {
      const before = await read();
      peer.state.pageFault = 'reviseAtBorder';
      const after = await read();
      expect(after.map((bar) => bar.openTimeMs)).toEqual(before.map((bar) => bar.openTimeMs));
      const changed = after.filter((bar, i) => bar.close !== before[i]?.close);
      expect(changed.length).toBeGreaterThan(2);
      expect(new Set(changed.map((bar) => `${bar.close} ${bar.volume}`))).toEqual(new Set(['99.875 777']));
      peer.state.pageFault = 'none';
      peer.state.bars[5] = { t: FIRST + 5 * HOUR, cells: ['100', '104', '99', '103.5', '8'] };
      expect((await read())[4]).toMatchObject({ close: '103.5', volume: '8' });
    });

    it('refuses pages that go back in time with other values', async () => {
      peer.state.pageFault = 'backwards';
      expect(await codesOf(read())).toEqual(['DATA_TIME_ORDER']);
    });

    it('waits as long as a 429 asks, and goes on where it was', async () => {
      const market = vendor();
      await read(whole, market);
      slept = [];
      peer.state.faults = [{ kind: 'status', status: 429, retryAfter: '7' }];
      expect(await read(whole, market)).toEqual(closed());
      expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(7_000);
      slept = [];
      const date = new Date(clock.nowMs + 21_000).toUTCString();
      peer.state.faults = [{ kind: 'status', status: 429, retryAfter: date }];
      expect(await read(whole, market)).toEqual(closed());
      expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(20_000);
    });

    it('asks again after 5xx, a cut answer and silence', async () => {
      const faults: PeerFault[] = [{ kind: 'status', status: 500 }, { kind: 'cut' }, { kind: 'silent' }];
      peer.state.faults = [...faults, { kind: 'status', status: 503, retryAfter: '3' }];
      expect(await read()).toEqual(closed());
      expect(slept).toHaveLength(4);
    });

    it('gives up in the end, with a failure that names vendor, path, found and expected', async () => {
      peer.state.keepsFault = true;
      peer.state.faults = [{ kind: 'status', status: 500 }];
      const failure = await failureOf(read());
      expect(failure.problems).toMatchObject([{ code: 'VENDOR_UNREACHABLE', expected: 'a whole answer' }]);
      expect(failure.problems[0]?.path).toContain(given.barsPath);
      expect(failure.problems[0]?.got).toContain('HTTP 500');
      expect(failure.isTransient).toBe(true);
      peer.state.faults = [{ kind: 'status', status: 429, retryAfter: '900' }];
      expect(await codesOf(read())).toEqual(['VENDOR_RATE_LIMITED']);
    });

    it('does not ask again when it was refused', async () => {
      const market = vendor();
      await read(whole, market);
      const before = peer.state.asked.length;
      peer.state.faults = [{ kind: 'status', status: 403 }];
      expect(await codesOf(read(whole, market))).toEqual(['VENDOR_REFUSED']);
      expect(peer.state.asked).toHaveLength(before + 1);
    });

    it('refuses an answer that is no JSON, or about something else, or without a time', async () => {
      for (const kind of ['html', 'notTheTopic', 'noDate'] as const) {
        peer.state.faults = [{ kind }];
        expect([kind, ...new Set(await codesOf(read()))]).toEqual([kind, 'VENDOR_REPLY']);
      }
    });

    it('reads no endless answer to its end', async () => {
      peer.state.keepsFault = true;
      peer.state.faults = [{ kind: 'endless' }];
      const failure = await failureOf(read(whole, vendor({ barsGiveUpMs: 100 })));
      expect(failure.problems[0]?.got).toContain('the reply is larger than');
    });

    it('refuses a vendor whose clock is far from ours', async () => {
      for (const skewMs of [60_000, -60_000]) {
        peer.state.skewMs = skewMs;
        expect(await codesOf(read())).toEqual(['CLOCK_SKEW']);
      }
    });

    it('refuses a bar that cannot be by its own code, and hands on nothing of its page', async () => {
      const broken: readonly (readonly [readonly (string | null)[], string])[] = [
        [['NaN', '101', '99', '100', '5'], 'DATA_NOT_A_NUMBER'],
        [['100', 'Infinity', '99', '100', '5'], 'DATA_NOT_A_NUMBER'],
        [['100', '101', '-99', '100', '5'], 'DATA_PRICE_NOT_POSITIVE'],
        [['100', '101', '0', '100', '5'], 'DATA_PRICE_NOT_POSITIVE'],
        [['100', '98', '99', '99', '5'], 'DATA_OHLC_INCONSISTENT'],
        [['100', '101', '99', '102', '5'], 'DATA_OHLC_INCONSISTENT'],
        [['100', '101', '99', '100', '-5'], 'DATA_VOLUME_INVALID'],
        [['0x10', '101', '99', '100', '5'], 'DATA_NUMBER_FORMAT'],
      ];
      for (const [cells, code] of broken) {
        peer.state.bars[20] = { t: FIRST + 20 * HOUR, cells };
        const seen: Bar[] = [];
        expect([cells, await codesOf(collect(vendor(), whole, seen))]).toEqual([cells, [code]]);
        expect(seen.every((bar) => bar.openTimeMs < FIRST + 20 * HOUR)).toBe(true);
      }
    });

    it('refuses two words for one stamp, and bars from the future', async () => {
      const [twice, future] = [
        { t: FIRST + 4 * HOUR, cells: ['100', '101', '99', '100', '5'] },
        { t: NOW + 25 * HOUR, cells: ['100', '101', '99', '100', '5'] },
      ];
      const bars = peer.state.bars;
      peer.state.bars = [...bars.slice(0, 5), twice, ...bars.slice(5)];
      expect(await codesOf(read())).toEqual(['DATA_TIME_DUPLICATE']);
      peer.state.bars = [...bars, future];
      peer.state.pageSize = 100;
      expect(await codesOf(read({ ...whole, toMs: NOW + 30 * HOUR }))).toEqual(['DATA_TIME_FUTURE']);
    });

    it('tells the best prices with the time of the venue', async () => {
      peer.state.quote = ['100.50', '3e1', '100.750000000000000001', '4.25'];
      const quote = { bid: '100.5', bidSize: '30', ask: '100.750000000000000001', askSize: '4.25', atMs: NOW - 250 };
      expect(await vendor().quote(given.symbol)).toEqual(quote);
      peer.state.asText = true;
      expect(await vendor().quote(given.symbol)).toEqual(quote);
    });

    it('refuses prices that cannot be, and those of another symbol', async () => {
      const wrong: readonly (readonly [readonly (string | null)[], string])[] = [
        [['100.8', '1', '100.7', '1'], 'QUOTE_CROSSED'],
        [['NaN', '1', '100.7', '1'], 'DATA_NOT_A_NUMBER'],
        [['-1', '1', '100.7', '1'], 'DATA_PRICE_NOT_POSITIVE'],
        [['100', '-1', '100.7', '1'], 'DATA_VOLUME_INVALID'],
      ];
      for (const [quote, code] of wrong) {
        peer.state.quote = quote;
        expect(await codesOf(vendor().quote(given.symbol))).toEqual([code]);
      }
      peer.state.quote = ['100', '1', '101', '1'];
      peer.state.symbolTold = given.symbol.startsWith('BTC') ? 'ETHUSDT' : 'MSFT';
      expect(await codesOf(vendor().quote(given.symbol))).toEqual(['VENDOR_REPLY']);
    });

    it('stays below its rate limit in every minute', async () => {
      peer.state.pageSize = 1;
      await read(whole, vendor({ requestsPerMinute: 12, barsGiveUpMs: 600_000 }));
      const times = peer.state.asked.map(({ atMs }) => atMs);
      expect(times.length).toBeGreaterThan(30);
      const mostInAMinute = Math.max(...times.map((t) => times.filter((one) => one >= t && one < t + 60_000).length));
      expect(mostInAMinute).toBeLessThanOrEqual(12);
    });

    it('calls no private host unless that is allowed, and knows its intervals', async () => {
      expect(() => given.create(peer.url, parts(), false)).toThrow('CONFIG_URL_BLOCKED');
      expect(await codesOf(read({ ...whole, intervalMs: 7 * 3_600_000 + 1_000 }))).toEqual(['INPUT_RANGE']);
      expect(peer.state.asked.filter(({ path }) => path.includes(given.barsPath.split(' ')[1] ?? ''))).toEqual([]);
    });
  });
}

async function pagesOf(market: VendorMarket, request: BarsRequest): Promise<(readonly Bar[])[]> {
  const pages: (readonly Bar[])[] = [];
  for await (const page of market.bars(request)) pages.push(page);
  return pages;
}

async function collect(market: VendorMarket, request: BarsRequest, into: Bar[]): Promise<void> {
  for await (const page of market.bars(request)) into.push(...page);
}

async function failureOf(work: Promise<unknown>): Promise<VendorFailure> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof VendorFailure) return error;
  throw new Error(`expected a VendorFailure, got ${String(error)}`);
}

async function codesOf(work: Promise<unknown>): Promise<string[]> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof VendorFailure || error instanceof InvalidInput) return error.problems.map(({ code }) => code);
  if (error === null) return [];
  throw error;
}
