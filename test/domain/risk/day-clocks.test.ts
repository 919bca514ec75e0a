/** One account, several clocks: each session turns the day of its own market time and nobody else's. */
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../domain/decimal.ts';
import { dayStartAt, keepClocks, onClock, onWallTime, WALL_CLOCK } from '../../../domain/risk/day-clocks.ts';
import { gate } from '../../../domain/risk/gate.ts';
import { onDay, onMark, onOrder, onTransfer, openRiskState, releaseLatch } from '../../../domain/risk/risk-state.ts';
import { deskLimitsSchema, type RiskState, riskStateSchema } from '../../../schemas/risk.ts';
import { order as proposal } from './gate-fixture.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const IN_2020 = Date.UTC(2020, 4, 5, 12);
const IN_2024 = Date.UTC(2024, 0, 3, 12);
const TODAY = Date.UTC(2026, 2, 2, 9);
const PAPER = { autoReleaseMs: null, drawdownBreakerFraction: 0.5 };
const desk = deskLimitsSchema.parse({});
const buy = {
  strategyId: 'm',
  symbol: 'BTC/USDT',
  side: 'buy',
  quantity: toDecimal(1),
  reduceOnly: false,
} as const;
const none = new Set<string>();

const mark = (state: RiskState, clock: string, atMs: number, equity: number): RiskState =>
  onMark(onClock(state, clock), toDecimal(equity), atMs, PAPER);

/** A replay of 2024 has lost 900 in its day; then one of 2020 opens beside it. */
const lost = mark(mark(openRiskState(toDecimal(100_000), 0), 'a', IN_2024, 100_000), 'a', IN_2024 + 60_000, 99_100);

describe('two replays on one account', () => {
  it('leave the loss of each day standing, whoever marks in between', () => {
    let state = lost;
    for (let minute = 2; minute < 6; minute += 1) {
      state = mark(state, 'b', IN_2020 + minute * 60_000, 99_100);
      state = mark(state, 'a', IN_2024 + minute * 60_000, 99_100);
    }
    expect(state).toMatchObject({ dayKey: Math.floor(IN_2024 / DAY_MS), dayStartEquity: '100000' });
    expect(onClock(state, 'b')).toMatchObject({ dayKey: Math.floor(IN_2020 / DAY_MS), dayStartEquity: '99100' });
    expect(riskStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('turn each its own day', () => {
    const state = mark(mark(lost, 'b', IN_2020, 99_100), 'b', IN_2020 + DAY_MS, 99_000);
    expect(state.dayStartEquity).toBe('99100');
    expect(onClock(state, 'a').dayStartEquity).toBe('100000');
  });

  it('share the day of the same date', () => {
    expect(mark(lost, 'b', IN_2024 + 3_600_000, 99_000).dayStartEquity).toBe('100000');
  });

  it('count an order, and money paid in, on every day of the account', () => {
    const both = onOrder(mark(lost, 'b', IN_2020, 99_100), buy, IN_2020 + 1, desk);
    expect([both.tradesToday, onClock(both, 'a').tradesToday]).toEqual([1, 1]);
    const exit = onOrder(both, { ...buy, reduceOnly: true }, IN_2020 + 2, desk);
    expect([exit.tradesToday, onClock(exit, 'a').tradesToday]).toEqual([1, 1]);
    expect(onClock(onTransfer(both, toDecimal(5_000)), 'a').dayStartEquity).toBe('105000');
  });

  it('count equal orders each by its own time, so that a strategy latches whatever trades beside it', () => {
    let state = lost;
    for (let n = 0; n < desk.repetitionCount; n += 1) {
      state = onOrder(
        onClock(state, 'b'),
        { ...buy, strategyId: 'other', quantity: toDecimal(n + 1) },
        IN_2020 + n,
        desk,
      );
      expect(state.latched).toEqual([]);
      state = onOrder(onClock(state, 'a'), buy, IN_2024 + n, desk);
    }
    expect(state.latched).toEqual(['m']);
    const released = releaseLatch(onClock(state, 'b'), 'm');
    expect(onClock(released, 'a').recentOrders).toEqual([]);
  });

  it('forget the days of clocks that have stopped', () => {
    const both = mark(lost, 'b', IN_2020, 99_100);
    expect(keepClocks(both, new Set(['b']))).not.toHaveProperty('otherDays');
    const left = keepClocks(both, new Set(['a']));
    expect(left).toMatchObject({ dayStartEquity: '99100', otherDays: { a: { dayStartEquity: '100000' } } });
    expect(left).not.toHaveProperty('clock');
    expect(onClock(left, 'a').dayStartEquity).toBe('100000');
  });
});

describe('wall time, which sessions on a market and orders by hand share', () => {
  /** Monday morning: 3,000 lost, nine entries made. */
  const fallen = mark(
    mark(openRiskState(toDecimal(100_000), TODAY), WALL_CLOCK, TODAY, 100_000),
    WALL_CLOCK,
    TODAY + 1,
    97_000,
  );
  const nine = { ...fallen, tradesToday: 9, recentOrders: [{ atMs: TODAY, key: 'm|BTC/USDT|buy|1' }] };
  const FRIDAY = TODAY - 3 * DAY_MS;

  it('does not go back with an order on a last bar of Friday: it counts today, and what today has seen stays', () => {
    expect(onDay(nine, FRIDAY)).toBe(nine);
    const sent = onOrder(nine, { ...buy, strategyId: 'manual', symbol: 'SPY' }, FRIDAY, desk);
    expect(sent).toMatchObject({ dayKey: fallen.dayKey, dayStartEquity: '100000', tradesToday: 10 });
    expect(sent.recentOrders.map((one) => one.atMs)).toEqual([TODAY, FRIDAY]);
    const next = onMark(sent, toDecimal(96_990), TODAY + HOUR_MS, PAPER);
    expect(next).toMatchObject({ dayStartEquity: '100000', tradesToday: 10, lastEquity: '96990' });
  });

  it('does not go back with a session that catches up over midnight', () => {
    let state = nine;
    for (let atMs = TODAY - 12 * HOUR_MS; atMs <= TODAY + HOUR_MS; atMs += HOUR_MS) {
      state = mark(state, WALL_CLOCK, atMs, 97_000);
    }
    expect(state).toMatchObject({ dayStartEquity: '100000', tradesToday: 9 });
    expect(onDay(state, TODAY + DAY_MS)).toMatchObject({ dayStartEquity: '97000', tradesToday: 0 });
  });

  it('lets an order on a bar of Friday make no more entries than today has left', () => {
    const ask = (tradesToday: number) => {
      const account = { riskState: { ...nine, tradesToday } };
      return gate(proposal({ account, input: { nowMs: FRIDAY } })).reasons.map((one) => one.rule);
    };
    expect(ask(49)).not.toContain('tradesPerDay');
    expect(ask(50)).toContain('tradesPerDay');
  });

  it('takes over a day that was in front, but none that has not come yet', () => {
    const left = { ...openRiskState(toDecimal(100_000), TODAY), lastEquity: '98000', tradesToday: 4 };
    expect(onWallTime(left, TODAY + HOUR_MS)).toEqual({ ...left, clock: WALL_CLOCK });
    const ahead = { ...left, dayKey: left.dayKey + 400 };
    expect(onWallTime(ahead, TODAY)).toMatchObject({ dayKey: left.dayKey, dayStartEquity: '98000', tradesToday: 0 });
    expect(onWallTime(onClock(ahead, 'replay'), TODAY)).toMatchObject({
      dayKey: left.dayKey,
      otherDays: { replay: { dayKey: ahead.dayKey, tradesToday: 4 } },
    });
    expect(onWallTime(nine, FRIDAY)).toBe(nine);
  });
});

describe('the loss of the day as the desk sees it', () => {
  const today = mark(openRiskState(toDecimal(100_000), 0), 'live', TODAY, 100_000);
  const fallen = mark(today, 'live', TODAY + 60_000, 97_000);

  it('holds until the day has turned, and no longer, though nothing trades', () => {
    expect(dayStartAt(fallen, TODAY + 14 * 3_600_000, none)).toBe('100000');
    expect(dayStartAt(fallen, TODAY + DAY_MS, none)).toBe('97000');
    expect(onDay(fallen, TODAY + DAY_MS)).toMatchObject({ dayStartEquity: '97000', tradesToday: 0 });
  });

  it('ends at midnight in New York for an account of its exchanges', () => {
    const account = { ...fallen, dayZone: 'America/New_York' as const };
    expect(dayStartAt(account, Date.UTC(2026, 2, 3, 4, 59), none)).toBe('100000');
    expect(dayStartAt(account, Date.UTC(2026, 2, 3, 5), none)).toBe('97000');
  });

  it('lasts as long as the market day of a replay that goes on', () => {
    expect(dayStartAt(lost, TODAY, new Set(['a']))).toBe('100000');
    expect(dayStartAt(lost, TODAY, none)).toBe('99100');
  });

  it('is that of the day which has lost most', () => {
    const both = mark(lost, 'b', IN_2020, 99_100);
    expect(dayStartAt(both, TODAY, new Set(['a', 'b']))).toBe('100000');
  });
});
