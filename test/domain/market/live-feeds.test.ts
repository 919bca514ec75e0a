/** What a live session may walk, when it looks again, and when a feed counts as silent. */
import { describe, expect, it } from 'vitest';
import { type Feed, hoursOf, watchFeeds } from '../../../domain/market/feed-watch.ts';
import { nextLookMs } from '../../../domain/market/next-look.ts';
import { allInstants, readyInstants } from '../../../domain/market/ready-instants.ts';
import type { Bar } from '../../../schemas/market.ts';

const MINUTE = 60_000;
const T = Date.parse('2026-03-04T12:00:00Z');
const bar = (openTimeMs: number): Bar => ({ openTimeMs, open: '1', high: '1', low: '1', close: '1', volume: '1' });
const minutes = (...at: number[]): Bar[] => at.map((one) => bar(T + one * MINUTE));
const stamps = (instants: readonly { openTimeMs: number; bars: readonly { symbol: string }[] }[]) =>
  instants.map((one) => [(one.openTimeMs - T) / MINUTE, one.bars.map((each) => each.symbol).join('')]);

describe('instants', () => {
  const ready = (a: Bar[], b: Bar[], nowMs: number, awaited = ['A', 'B']) =>
    stamps(
      readyInstants({
        waiting: new Map([
          ['A', a],
          ['B', b],
        ]),
        awaited,
        nowMs,
        intervalMs: MINUTE,
      }),
    );

  it('are walked when both symbols have reached them', () => {
    expect(ready(minutes(0, 1, 2), minutes(0, 1), T + 3 * MINUTE)).toEqual([
      [0, 'AB'],
      [1, 'AB'],
    ]);
  });

  it('are walked where a symbol has a gap that its next bar has passed', () => {
    expect(ready(minutes(0, 1, 2), minutes(0, 2), T + 3 * MINUTE)).toEqual([
      [0, 'AB'],
      [1, 'A'],
      [2, 'AB'],
    ]);
  });

  it('wait ten seconds for the one that is late, and no longer', () => {
    const late = (seconds: number) => ready(minutes(0), [], T + MINUTE + seconds * 1_000);
    expect(late(9)).toEqual([]);
    expect(late(10)).toEqual([[0, 'A']]);
  });

  it('do not wait for a symbol whose market is closed', () => {
    expect(ready(minutes(0), [], T + MINUTE, ['A'])).toEqual([[0, 'A']]);
  });

  it('of a long past are put together at once', () => {
    const long = (everyMs: number): Bar[] => Array.from({ length: 100_000 }, (_, i) => bar(T + i * everyMs));
    const instants = allInstants(
      new Map([
        ['A', long(MINUTE)],
        ['B', long(2 * MINUTE)],
      ]),
    );
    expect(instants).toHaveLength(150_000);
    expect(instants.filter((one) => one.bars.length === 2)).toHaveLength(50_000);
  });

  it('of the past are all there are', () => {
    expect(
      stamps(
        allInstants(
          new Map([
            ['A', minutes(0, 2)],
            ['B', minutes(1)],
          ]),
        ),
      ),
    ).toEqual([
      [0, 'A'],
      [1, 'B'],
      [2, 'A'],
    ]);
  });
});

describe('a feed', () => {
  const ALWAYS = { isOpen: true, openedAtMs: null, nextOpenMs: null };
  const watch = (nowMs: number, ...feeds: Feed[]) =>
    watchFeeds(feeds, { nowMs, intervalMs: MINUTE, ageOffsetMs: 30_000 });
  const btc = (newestMs: number): Feed => ({ symbol: 'BTC/USDT', newestMs, hours: ALWAYS });

  it('is silent two intervals and thirty seconds after its newest bar opened, to the millisecond', () => {
    expect(watch(T + 150_000, btc(T))).toMatchObject({ stale: [], staleAtMs: T + 150_000 });
    expect(watch(T + 150_001, btc(T))).toMatchObject({ stale: ['BTC/USDT'], staleAtMs: null });
  });

  it('is due when its next bar has closed and two seconds have passed', () => {
    expect(watch(T + MINUTE, btc(T))).toMatchObject({ nextBarAtMs: T + 2 * MINUTE + 2_000, overdue: false });
    expect(watch(T + 123_000, btc(T))).toMatchObject({ nextBarAtMs: null, overdue: true });
  });

  it('of a share is never silent at night, and not before its first bar could be late', () => {
    const share = (now: string, newest: string): Feed => {
      const nowMs = Date.parse(now);
      return { symbol: 'SPY', newestMs: Date.parse(newest), hours: hoursOf('SPY', nowMs) };
    };
    const night = '2026-03-05T03:00:00Z';
    expect(watch(Date.parse(night), share(night, '2026-03-04T20:59:00Z'))).toMatchObject({
      stale: [],
      staleAtMs: null,
      closedUntilMs: Date.parse('2026-03-05T14:30:00Z'),
      nextBarAtMs: Date.parse('2026-03-05T14:31:02Z'),
    });
    const opened = (now: string) => watch(Date.parse(now), share(now, '2026-03-04T20:59:00Z')).stale;
    expect(opened('2026-03-05T14:32:30Z')).toEqual([]);
    expect(opened('2026-03-05T14:32:31Z')).toEqual(['SPY']);
  });

  it('of a share is looked for when its bar has closed, on the grid of bars, in whatever hours', () => {
    const nextLook = (intervalMs: number, now: string, newest: string): string => {
      const nowMs = Date.parse(now);
      const feed = { symbol: 'SPY', newestMs: Date.parse(newest), hours: hoursOf('SPY', nowMs) };
      const { nextBarAtMs, overdue } = watchFeeds([feed], { nowMs, intervalMs, ageOffsetMs: 30_000 });
      return `${new Date(nextBarAtMs ?? 0).toISOString().slice(0, 19)}${overdue ? ' overdue' : ''}`;
    };
    const [hour, day] = [60 * MINUTE, 1_440 * MINUTE];
    // Opened on Monday at 10:00 New York, with Friday's bar: Monday's is there on Tuesday, not on Wednesday.
    expect(nextLook(day, '2029-01-08T15:00:00Z', '2029-01-05T05:00:00Z')).toBe('2029-01-09T14:30:02');
    expect(nextLook(day, '2029-01-09T14:30:03Z', '2029-01-08T05:00:00Z')).toBe('2029-01-10T14:30:02');
    // The hour stamped 09:00 closes at 10:00, the last one at 16:00.
    expect(nextLook(hour, '2029-01-08T14:31:00Z', '2029-01-05T20:00:00Z')).toBe('2029-01-08T15:00:02');
    expect(nextLook(hour, '2029-01-06T03:00:00Z', '2029-01-05T20:00:00Z')).toBe('2029-01-08T15:00:02');
    // The four hours from 12:00 on hold the last one of a half day, and close three hours after the market.
    expect(nextLook(4 * hour, '2019-11-29T18:30:00Z', '2019-11-29T13:00:00Z')).toBe('2019-11-29T21:00:02');
    // A last minute without a trade is not waited for all weekend.
    expect(nextLook(MINUTE, '2029-01-05T21:00:30Z', '2029-01-05T20:58:00Z')).toBe('1970-01-01T00:00:00 overdue');
    expect(nextLook(MINUTE, '2029-01-05T21:02:00Z', '2029-01-05T20:58:00Z')).toBe('2029-01-08T14:31:02');
  });

  it('is still looked at when its market has just closed, for the last bar', () => {
    expect(hoursOf('SPY', Date.parse('2026-03-04T21:00:10Z')).isOpen).toBe(true);
    expect(hoursOf('SPY', Date.parse('2026-03-04T21:00:16Z')).isOpen).toBe(false);
  });
});

describe('the next look', () => {
  const look = (change: object, misses = 0) =>
    nextLookMs(
      { nextBarAtMs: T + MINUTE, overdue: false, staleAtMs: null, ...change },
      { nowMs: T, misses, checkIntervalMs: 30_000 },
    ) - T;

  it('comes when the next bar is due', () => {
    expect(look({})).toBe(MINUTE);
  });

  it('comes again after pauses that double up to the check interval while a bar is late', () => {
    const late = { nextBarAtMs: null, overdue: true };
    expect([0, 1, 2, 6, 7, 60].map((misses) => look(late, misses))).toEqual([250, 500, 1_000, 16_000, 30_000, 30_000]);
  });

  it('never waits for the late one past the bar of another symbol or the moment of silence', () => {
    expect(look({ nextBarAtMs: T + 5_000, overdue: true }, 9)).toBe(5_000);
    expect(look({ nextBarAtMs: null, overdue: true, staleAtMs: T + 3_000 }, 9)).toBe(3_001);
  });

  it('does not spin where our clock runs ahead of that of the vendor', () => {
    expect(look({ nextBarAtMs: T - 1 }, 3)).toBe(2_000);
  });
});
