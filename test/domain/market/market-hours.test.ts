/** Orders and bars against the hours of their market, where the gate and the book ask. */
import { describe, expect, it } from 'vitest';
import { seriesFromRows } from '../../../domain/market/bar-series.ts';
import { marketHoursAt, nextFillMs, tradesInBar } from '../../../domain/market/market-hours.ts';
import { barsExpected } from '../../../domain/market/session-bars.ts';
import { dayIn, dayOf, dayZoneOf } from '../../../domain/market/trading-day.ts';
import { barsOf, decisionAt, flat, HOUR_MS, NO_COSTS, reasonsOf, walk } from '../backtest/walk-fixture.ts';

const MINUTE = 60_000;
const DAY = 24 * HOUR_MS;
const at = (iso: string): number => Date.parse(iso);

describe('the half day of 2019-11-29', () => {
  it.each([
    ['SPY', '2019-11-29T17:59:59.999Z', true, null],
    ['SPY', '2019-11-29T18:00:00Z', false, '2019-12-02T14:30:00.000Z'],
    ['SPY', '2019-11-28T15:00:00Z', false, '2019-11-29T14:30:00.000Z'],
    ['SPY', '2019-11-29T14:29:59.999Z', false, '2019-11-29T14:30:00.000Z'],
    ['BTC/USDT', '2019-11-29T18:00:00Z', true, null],
    ['BTC/USDT', '2019-11-30T03:00:00Z', true, null],
  ])('%s at %s: open %s, next opening %s', (symbol, iso, isOpen, next) => {
    const hours = marketHoursAt(symbol, at(iso));
    const text = hours.nextOpenMs === null ? null : new Date(hours.nextOpenMs).toISOString();
    expect([hours.isOpen, text, hours.hoursUnknown]).toEqual([isOpen, next, null]);
  });

  it('and the Sunday of 2011-03-13, when clocks change: the next opening is an hour earlier in UTC', () => {
    expect(marketHoursAt('SPY', at('2011-03-11T21:00:00Z')).nextOpenMs).toBe(at('2011-03-14T13:30:00Z'));
    expect(marketHoursAt('SPY', at('2011-03-14T13:30:00Z')).isOpen).toBe(true);
    expect(marketHoursAt('SPY', at('2011-03-14T20:30:00Z')).isOpen).toBe(false);
    expect(marketHoursAt('SPY', at('2011-03-11T20:30:00Z')).isOpen).toBe(true);
  });

  it('and an instant that no calendar knows: closed, and the reason is told', () => {
    expect(marketHoursAt('SPY', at('2031-06-02T15:00:00Z'))).toMatchObject({
      isOpen: false,
      nextOpenMs: null,
      hoursUnknown: expect.stringContaining('CALENDAR_RANGE'),
    });
  });
});

describe('when an order fills that is decided at the close of a bar', () => {
  const fill = (openTime: string, intervalMs: number) =>
    new Date(nextFillMs('SPY', at(openTime), at(openTime) + intervalMs)).toISOString().slice(0, 16);

  it('is at once inside a session', () => expect(fill('2019-11-29T16:00:00Z', HOUR_MS)).toBe('2019-11-29T17:00'));
  it('is the next opening after the last bar of a session', () => {
    expect(fill('2019-11-29T17:00:00Z', HOUR_MS)).toBe('2019-12-02T14:30');
    expect(fill('2011-03-11T20:59:00Z', MINUTE)).toBe('2011-03-14T13:30');
  });
  it('is the next opening after a bar of a day, on a Friday the one of Monday', () => {
    expect(fill('2019-11-29T14:30:00Z', DAY)).toBe('2019-12-02T14:30');
    expect(fill('2019-11-29T00:00:00Z', DAY)).toBe('2019-12-02T14:30');
  });
  it('is no later instant after a bar outside all sessions', () => {
    expect(fill('2019-11-29T12:00:00Z', HOUR_MS)).toBe('2019-11-29T13:00');
    expect(fill('2019-11-29T19:00:00Z', HOUR_MS)).toBe('2019-11-29T20:00');
  });
});

it('a bar that holds the opening trades, one before or after hours does not, and a pair always does', () => {
  const trades = (symbol: string, iso: string) => tradesInBar(symbol, at(iso), HOUR_MS);
  expect([12, 13, 14, 19, 20, 21].map((hour) => trades('SPY', `2019-07-01T${hour}:00:00Z`))).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(trades('BTC/USDT', '2019-07-06T03:00:00Z')).toBe(true);
});

describe('a backtest of hourly bars of SPY', () => {
  /** 25 quiet hours, then a rise decided in the last hour of Friday 2019-11-29, before 13:00 New York. */
  const hours = ['25', '26', '27'].flatMap((day) => [14, 15, 16, 17, 18, 19, 20].map((h) => `2019-11-${day}T${h}`));
  const stamps = [
    ...hours,
    ...[14, 15, 16, 17].map((h) => `2019-11-29T${h}`),
    ...[14, 15].map((h) => `2019-12-02T${h}`),
  ];
  const openTimeMs = (i: number): number => at(`${stamps[i]}:00:00Z`);
  const MOMENTUM = { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } } as const;

  it('fills an order that is decided at the close of a session at the next opening', () => {
    const bars = barsOf([...flat(24), 103, 104, 105], { symbol: 'SPY', openTimeMs });
    const walked = walk([bars], MOMENTUM, { costs: NO_COSTS });
    expect(decisionAt(walked, bars, 24)).toMatchObject({
      action: 'buy',
      noDecision: null,
      verdict: { approved: true },
    });
    expect(walked.fills).toMatchObject([{ price: '103', atMs: at('2019-12-02T14:00:00Z') }]);
  });

  it('takes a night or a holiday for no gap, and a missing session for one', () => {
    const bars = barsOf([...flat(21), 103, 104], { symbol: 'SPY', openTimeMs });
    expect(decisionAt(walk([bars], MOMENTUM), bars, 21)).toMatchObject({ action: 'buy', noDecision: null });
    const skips = (i: number): number => openTimeMs(i < 21 ? i : i + 4);
    const gappy = barsOf([...flat(21), 103, 104], { symbol: 'SPY', openTimeMs: skips });
    expect(decisionAt(walk([gappy], MOMENTUM), gappy, 21)).toMatchObject({ action: 'hold', noDecision: 'DATA_GAP' });
  });

  it('refuses what is decided on a bar after hours, and fills nothing in one', () => {
    const late = [...stamps.slice(0, 25), '2019-11-29T18', '2019-11-29T19', '2019-12-02T14'];
    const openLate = (i: number): number => at(`${late[i]}:00:00Z`);
    const decidedLate = barsOf([...flat(25), 103, 104, 105], { symbol: 'SPY', openTimeMs: openLate });
    const refused = walk([decidedLate], MOMENTUM);
    expect(reasonsOf(decisionAt(refused, decidedLate, 25))).toEqual(['marketHours']);
    expect(decisionAt(refused, decidedLate, 25).verdict?.reasons[0]?.message).toContain(
      'MARKET_CLOSED: the market of SPY is closed; next opening 2019-12-02T14:30:00.000Z',
    );
    const decidedInTime = barsOf([...flat(24), 103, 104, 105, 106], { symbol: 'SPY', openTimeMs: openLate });
    const walked = walk([decidedInTime], MOMENTUM, { costs: NO_COSTS });
    expect(walked.fills).toMatchObject([{ price: '105', atMs: at('2019-12-02T14:00:00Z') }]);
  });

  it('sends an order to a network venue only while that is open: decided at its close it is refused', () => {
    const rulesAt24 = (symbol: string): string[] => {
      const bars = barsOf([...flat(24), 103, 104], { symbol, openTimeMs });
      return reasonsOf(decisionAt(walk([bars], MOMENTUM, { venue: 'alpaca-paper' }), bars, 24));
    };
    expect([rulesAt24('SPY'), rulesAt24('BTC/USD')]).toEqual([['marketHours'], []]);
  });

  it('trades bars of a day on a Friday as on any other: the order fills at the opening of Monday', () => {
    const days = barsExpected('XNYS', DAY, at('2019-10-25T00:00:00Z'), at('2019-12-04T00:00:00Z'));
    const friday = days.indexOf(at('2019-11-29T14:30:00Z'));
    const closes = days.map((_, i) => (i < friday ? 100 : 103));
    const rows = closes.map((close, i) => ({
      openTimeMs: days[i] as number,
      open: 100,
      high: 104,
      low: 99,
      close,
      volume: 1e6,
    }));
    const bars = seriesFromRows('SPY', DAY, rows);
    const walked = walk([bars], MOMENTUM, { costs: NO_COSTS });
    expect(decisionAt(walked, bars, friday)).toMatchObject({ action: 'buy', verdict: { approved: true } });
    expect(walked.fills[0]).toMatchObject({ side: 'buy', atMs: at('2019-12-02T14:30:00Z') });
  });
});

describe('the day of an exchange', () => {
  it('is that of New York: an evening after hours belongs to the day that was', () => {
    const evening = at('2019-11-30T00:30:00Z');
    expect(dayOf('SPY', evening)).toBe(at('2019-11-29T00:00:00Z') / DAY);
    expect(dayOf('BTC/USDT', evening)).toBe(at('2019-11-30T00:00:00Z') / DAY);
    expect(dayIn('America/New_York', at('2019-07-02T03:59:59Z'))).toBe(at('2019-07-01T00:00:00Z') / DAY);
    expect(dayIn('America/New_York', at('2019-07-02T04:00:00Z'))).toBe(at('2019-07-02T00:00:00Z') / DAY);
  });

  it('is the day of a run only when every symbol of it is exchange-traded', () => {
    expect(dayZoneOf(['SPY', 'AAPL'])).toBe('America/New_York');
    expect([dayZoneOf(['SPY', 'BTC/USDT']), dayZoneOf([])]).toEqual(['UTC', 'UTC']);
  });
});
