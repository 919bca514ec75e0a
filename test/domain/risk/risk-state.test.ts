/** An account's risk memory over time. Midnight marks start a day; a drawdown of 8 % trips the breaker. */
import { describe, expect, it } from 'vitest';
import { Decimal, toDecimal } from '../../../domain/decimal.ts';
import {
  onMark,
  onOrder,
  onTradeClosed,
  onTransfer,
  openRiskState,
  releaseBreaker,
  releaseLatch,
} from '../../../domain/risk/risk-state.ts';
import { deskLimitsSchema, riskStateSchema } from '../../../schemas/risk.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2024, 0, 3);
const desk = deskLimitsSchema.parse({});
const money = (text: string) => toDecimal(text);
const opened = openRiskState(money('100000'), START_MS);
const BACKTEST = { autoReleaseMs: DAY_MS, drawdownBreakerFraction: 0.08 };
const PAPER = { autoReleaseMs: null, drawdownBreakerFraction: 0.08 };
const buyOne = {
  strategyId: 'm',
  symbol: 'BTC/USDT',
  side: 'buy',
  quantity: money('1.50'),
  reduceOnly: false,
} as const;

describe('marks of equity', () => {
  it('are the same object when nothing changed', () => {
    expect(onMark(opened, money('100000.00'), START_MS + HOUR_MS, PAPER)).toBe(opened);
  });

  it('raise the peak and never lower it', () => {
    const up = onMark(opened, money('101000.5'), START_MS + HOUR_MS, PAPER);
    const down = onMark(up, money('100500'), START_MS + 2 * HOUR_MS, PAPER);
    expect([up.peakEquity, down.peakEquity, down.lastEquity]).toEqual(['101000.5', '101000.5', '100500']);
  });

  it('start a day with the mark at midnight', () => {
    const evening = onMark(opened, money('99000'), START_MS + 23 * HOUR_MS, PAPER);
    const midnight = onMark(evening, money('98500'), START_MS + DAY_MS, PAPER);
    const morning = onMark(midnight, money('98000'), START_MS + DAY_MS + HOUR_MS, PAPER);
    expect([evening.dayStartEquity, midnight.dayStartEquity, morning.dayStartEquity]).toEqual([
      '100000',
      '98500',
      '98500',
    ]);
    expect(morning.dayKey).toBe(opened.dayKey + 1);
  });

  it('start a day with the mark at midnight in New York for an account of its exchanges, in summer and winter', () => {
    for (const midnightMs of [Date.UTC(2024, 0, 4, 5), Date.UTC(2024, 6, 4, 4)]) {
      const account = openRiskState(money('100000'), midnightMs - 6 * HOUR_MS, 'America/New_York');
      const utcMidnight = Math.floor(midnightMs / DAY_MS) * DAY_MS;
      const evening = onMark({ ...account, tradesToday: 7 }, money('99000'), utcMidnight, PAPER);
      const midnight = onMark(evening, money('98500'), midnightMs, PAPER);
      expect([evening.dayStartEquity, evening.tradesToday]).toEqual(['100000', 7]);
      expect([midnight.dayStartEquity, midnight.tradesToday, midnight.dayKey]).toEqual([
        '98500',
        0,
        account.dayKey + 1,
      ]);
    }
  });

  it('keep days in UTC for accounts stored before there were zones', () => {
    const { dayZone: _zone, ...stored } = opened;
    expect(riskStateSchema.parse(stored)).toEqual(opened);
  });

  it('start a day after silence over midnight with the last equity before it', () => {
    const evening = onMark(opened, money('99000'), START_MS + 20 * HOUR_MS, PAPER);
    const morning = onMark(evening, money('96000'), START_MS + DAY_MS + 9 * HOUR_MS, PAPER);
    expect(morning.dayStartEquity).toBe('99000');
  });

  it('start a day anew when a replay sets the market clock back', () => {
    const later = onMark(opened, money('99000'), START_MS + 10 * DAY_MS + HOUR_MS, PAPER);
    const rewound = onMark({ ...later, tradesToday: 50 }, money('98000'), START_MS + HOUR_MS, PAPER);
    expect(rewound).toMatchObject({ dayKey: START_MS / DAY_MS, dayStartEquity: '99000', tradesToday: 0 });
  });

  it('trip the breaker at exactly 8 % below the peak, not a cent above', () => {
    expect(onMark(opened, money('92000.01'), START_MS + HOUR_MS, PAPER).breaker).toBeNull();
    expect(onMark(opened, money('92000'), START_MS + HOUR_MS, PAPER).breaker).toEqual({
      trippedAtMs: START_MS + HOUR_MS,
    });
  });

  it('release the breaker of a backtest after 24 hours of market time, with the peak reset', () => {
    const tripped = onMark(opened, money('91000'), START_MS + HOUR_MS, BACKTEST);
    const waiting = onMark(tripped, money('93000'), START_MS + HOUR_MS + DAY_MS - 1, BACKTEST);
    const released = onMark(waiting, money('93500'), START_MS + HOUR_MS + DAY_MS, BACKTEST);
    expect(waiting.breaker).toEqual({ trippedAtMs: START_MS + HOUR_MS });
    expect([released.breaker, released.peakEquity]).toEqual([null, '93500']);
    expect(onMark(released, money('86020.01'), START_MS + 30 * HOUR_MS, BACKTEST).breaker).toBeNull();
    expect(onMark(released, money('86020'), START_MS + 30 * HOUR_MS, BACKTEST).breaker).not.toBeNull();
  });

  it('leave the breaker of a paper account to a person', () => {
    const tripped = onMark(opened, money('91000'), START_MS + HOUR_MS, PAPER);
    const later = onMark(tripped, money('120000'), START_MS + 90 * DAY_MS, PAPER);
    expect(later.breaker).toEqual({ trippedAtMs: START_MS + HOUR_MS });
    expect(releaseBreaker(later)).toMatchObject({ breaker: null, peakEquity: '120000' });
  });

  it('trip the breaker on an equity that is no number', () => {
    expect(onMark(opened, new Decimal(Number.NaN), START_MS + HOUR_MS, PAPER).breaker).not.toBeNull();
  });

  it('keep a state that its schema accepts, with money cut to 8 decimals', () => {
    const marked = onMark(opened, money('100000.123456789123456789123'), START_MS + HOUR_MS, PAPER);
    expect(riskStateSchema.parse(JSON.parse(JSON.stringify(marked)))).toEqual(marked);
    expect(marked.lastEquity).toBe('100000.12345679');
  });
});

it('take money that is paid in or out for neither gain nor loss', () => {
  const fallen = onMark(opened, money('99500'), START_MS + HOUR_MS, PAPER);
  const moved = { dayStartEquity: '40000', lastEquity: '39500', peakEquity: '40000' };
  expect(onTransfer(fallen, money('-60000'))).toEqual({ ...fallen, ...moved });
});

describe('orders sent', () => {
  const send = (count: number, everyMs: number, order: Parameters<typeof onOrder>[1] = buyOne) => {
    let state = opened;
    for (let n = 0; n < count; n += 1) state = onOrder(state, order, START_MS + n * everyMs, desk);
    return state;
  };

  it('latch the strategy with the fifth equal order inside ten minutes', () => {
    expect(send(4, 1_000).latched).toEqual([]);
    expect(send(5, 1_000).latched).toEqual(['m']);
    expect(send(6, 1_000).latched).toEqual(['m']);
  });

  it('do not latch when the first of the five is ten minutes old', () => {
    expect(send(5, 150_000).latched).toEqual([]);
    expect(send(5, 149_999).latched).toEqual(['m']);
  });

  it('do not latch when they differ in quantity', () => {
    let state = opened;
    for (let n = 1; n <= 9; n += 1) state = onOrder(state, { ...buyOne, quantity: money(`${n}`) }, START_MS + n, desk);
    expect(state.latched).toEqual([]);
  });

  it('stay latched until a person releases the strategy, and then start counting anew', () => {
    const latched = send(5, 1_000);
    const nextDay = onMark(latched, money('100000'), START_MS + DAY_MS, BACKTEST);
    expect(nextDay.latched).toEqual(['m']);
    expect(releaseLatch(latched, 'm')).toMatchObject({ latched: [], recentOrders: [] });
  });

  it('forget what lies outside the window, so that the list stays short', () => {
    expect(send(500, HOUR_MS).recentOrders).toHaveLength(1);
    expect(send(1_000, 1).recentOrders).toHaveLength(200);
  });

  it('count entries as trades of the day, exits not, and begin again the next day', () => {
    const entry = onOrder(opened, buyOne, START_MS + HOUR_MS, desk);
    const exit = onOrder(entry, { ...buyOne, side: 'sell', reduceOnly: true }, START_MS + 2 * HOUR_MS, desk);
    const tomorrow = onOrder(exit, buyOne, START_MS + DAY_MS, desk);
    expect([entry.tradesToday, exit.tradesToday, tomorrow.tradesToday]).toEqual([1, 1, 1]);
  });
});

describe('closed trades', () => {
  const close = (state: typeof opened, pnl: string, atMs: number) =>
    onTradeClosed(state, { pnl: money(pnl), dayTrade: false }, atMs, desk);

  it('start an hour of cool-down with the fifth loss in a row, and again with the sixth', () => {
    let state = opened;
    for (let n = 1; n <= 4; n += 1) state = close(state, '-1', START_MS + n);
    expect(state.cooldownUntilMs).toBeNull();
    state = close(state, '-0.01', START_MS + 5);
    expect(state.cooldownUntilMs).toBe(START_MS + 5 + HOUR_MS);
    expect(close(state, '-1', START_MS + 9).cooldownUntilMs).toBe(START_MS + 9 + HOUR_MS);
  });

  it('end a losing streak with a trade that does not lose', () => {
    let state = opened;
    for (let n = 1; n <= 4; n += 1) state = close(state, '-1', START_MS + n);
    state = close(state, '0', START_MS + 5);
    expect(close(state, '-1', START_MS + 6)).toMatchObject({ lossStreak: 1, cooldownUntilMs: null });
  });

  it('leave their results, of twenty at most: a gain, or none', () => {
    let state = opened;
    for (const pnl of ['-1', '0', '0.01']) state = close(state, pnl, START_MS);
    expect(state.recentResults).toEqual([0, 0, 1]);
    for (let n = 0; n < 20; n += 1) state = close(state, '1', START_MS);
    expect(state.recentResults).toEqual(Array(20).fill(1));
  });

  it('remember day trades, and only those', () => {
    const one = onTradeClosed(opened, { pnl: money('5'), dayTrade: true }, START_MS + 1, desk);
    expect(one.dayTradesAtMs).toEqual([START_MS + 1]);
    expect(close(one, '5', START_MS + 2).dayTradesAtMs).toEqual([START_MS + 1]);
    expect(close(one, '5', START_MS + 61 * DAY_MS).dayTradesAtMs).toEqual([]);
  });
});
