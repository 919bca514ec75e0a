/** The plain loop bar by bar, on markets small enough to check by hand. */
import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../domain/backtest/walk-context.ts';
import { deskLimitsSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';
import { barsOf, decisionAt, flat, HOUR_MS, NO_COSTS, reasonsOf, START_MS, walk } from './walk-fixture.ts';

const MOMENTUM = { type: 'momentum', parameters: { lookback: 20, threshold: 0.02 } } as const;
const HOLD = { type: 'buyAndHold' } as const;

describe('a decision and what becomes of it', () => {
  it('fills at the open of the next bar, not at the close it was decided at', () => {
    const bars = barsOf([...flat(25), 103, 104, 105]);
    const walked = walk([bars], MOMENTUM, { costs: NO_COSTS });
    expect(decisionAt(walked, bars, 25)).toMatchObject({ action: 'buy', sequence: 25, noDecision: null });
    expect(walked.fills).toMatchObject([{ side: 'buy', price: '103', atMs: START_MS + 26 * HOUR_MS }]);
  });

  it('says WARM_UP until it has lookback + 1 bars, and 15 bars for a strategy that needs none', () => {
    const bars = barsOf(flat(30));
    const momentum = walk([bars], MOMENTUM).decisions.map((one) => one.decision.noDecision);
    expect(momentum.filter((one) => one === 'WARM_UP')).toHaveLength(20);
    expect(momentum.slice(20)).toEqual(Array.from({ length: 10 }, () => null));
    expect(walk([bars], HOLD).decisions.findIndex((one) => one.decision.action === 'buy')).toBe(14);
  });

  it('opens nothing beside an entry, and closes nothing beside an exit, of which nobody knows what became', () => {
    const bars = barsOf([...flat(25), 103, 104, 105]);
    const { symbol } = bars;
    for (const leg of ['entry', 'exit'] as const) {
      const doubted = walk([bars], MOMENTUM, { costs: NO_COSTS, inDoubt: [{ symbol, leg }] });
      expect(doubted.orders.size).toBe(0);
      expect(decisionAt(doubted, bars, 25)).toMatchObject({ action: 'hold' });
      const elsewhere = walk([bars], MOMENTUM, { costs: NO_COSTS, inDoubt: [{ symbol: 'ETH/USDT', leg }] });
      expect(decisionAt(elsewhere, bars, 25)).toMatchObject({ action: 'buy' });
    }
  });

  it('expires when it is made at the last bar', () => {
    const bars = barsOf([...flat(25), 103]);
    const walked = walk([bars], MOMENTUM);
    expect(decisionAt(walked, bars, 25).action).toBe('buy');
    expect(walked.fills).toEqual([]);
    expect([...walked.orders.values()].map((one) => `${one.leg} ${one.state}`).sort()).toEqual([
      'entry EXPIRED',
      'stop CANCELED',
    ]);
  });

  it('waits through a bar of volume 0, which fills nothing but still marks and decides', () => {
    const bars = barsOf([...flat(25), 103, 104, 105, 106], {}, (row, index) => ({
      ...row,
      volume: index === 26 ? 0 : row.volume,
    }));
    const walked = walk([bars], MOMENTUM, { costs: NO_COSTS });
    expect(walked.fills).toMatchObject([{ price: '104', atMs: START_MS + 27 * HOUR_MS }]);
    expect(decisionAt(walked, bars, 26)).toMatchObject({ action: 'hold', noDecision: null });
    expect(walked.decisions).toHaveLength(29);
  });

  it('leaves through the stop at the open when a bar gaps through it', () => {
    const bars = barsOf([...flat(25), 103, 104, 90, 90], {}, (row, index) =>
      index === 27 ? { ...row, open: 92, high: 93 } : row,
    );
    const walked = walk([bars], MOMENTUM, { costs: NO_COSTS });
    expect(walked.trades.map(({ trade }) => trade)).toMatchObject([
      { entryPrice: '103', exitPrice: '92', exitReason: 'stop', exitAtMs: START_MS + 27 * HOUR_MS },
    ]);
  });

  it('is protected by a stop that no price reaches when the stop would lie below nothing', () => {
    const bars = barsOf([...flat(25), 103, 104, 105]);
    const walked = walk([bars], { ...MOMENTUM, stopAtr: 100 }, { costs: NO_COSTS });
    expect(decisionAt(walked, bars, 25)).toMatchObject({ action: 'buy', stopPrice: '0.000000000001' });
    expect([...walked.orders.values()].find((one) => one.leg === 'stop')).toMatchObject({
      stopPrice: '0.000000000001',
      state: 'CANCELED',
    });
  });
});

describe('a gap of 33 bars', () => {
  const gapAfter = (index: number) => (i: number) => START_MS + (i <= index ? i : i + 33) * HOUR_MS;

  it('gives DATA_GAP for an entry at the first bar after it, and only there', () => {
    const bars = barsOf([...flat(25), 103, 103, 103], { openTimeMs: gapAfter(24) });
    const walked = walk([bars], MOMENTUM);
    expect(decisionAt(walked, bars, 25)).toMatchObject({ action: 'hold', noDecision: 'DATA_GAP' });
    expect(decisionAt(walked, bars, 26)).toMatchObject({ action: 'buy', noDecision: null });
  });

  it('lets an exit through at that very bar', () => {
    const bars = barsOf([...flat(25), 103, 103, 103, 99.5, 99.5], { openTimeMs: gapAfter(27) });
    const walked = walk([bars], { ...MOMENTUM, stopAtr: 20 });
    expect(decisionAt(walked, bars, 25).action).toBe('buy');
    expect(decisionAt(walked, bars, 28)).toMatchObject({ action: 'sell', noDecision: null });
    expect(walked.trades).toMatchObject([{ trade: { exitReason: 'signal' } }]);
  });

  it('is no gap while at most three bars are missing', () => {
    const bars = barsOf([...flat(25), 103, 103], { openTimeMs: (i) => START_MS + (i <= 24 ? i : i + 3) * HOUR_MS });
    expect(decisionAt(walk([bars], MOMENTUM), bars, 25).action).toBe('buy');
  });
});

describe('several symbols', () => {
  const a = barsOf([...flat(25), 103, 104, 105], { symbol: 'AAA/USDT' });
  /** Has no bar at hours 5 and 26. */
  const hours = Array.from({ length: 28 }, (_, hour) => hour).filter((hour) => hour !== 5 && hour !== 26);
  const b = barsOf([...flat(24), 103, 104], {
    symbol: 'BBB/USDT',
    openTimeMs: (i) => START_MS + (hours[i] as number) * HOUR_MS,
  });

  it('walk one line of instants; each decides at its own bars only, in the order of the session', () => {
    const walked = walk([a, b], MOMENTUM);
    expect(timelineOf([a, b]).openTimeMs).toHaveLength(28);
    const symbols = (asOfMs: number) =>
      walked.decisions.filter((one) => one.decision.asOfMs === asOfMs).map((one) => one.decision.symbol);
    expect(symbols(START_MS + HOUR_MS)).toEqual(['AAA/USDT', 'BBB/USDT']);
    expect(symbols(START_MS + 6 * HOUR_MS)).toEqual(['AAA/USDT']);
    expect(walked.decisions.map((one) => one.decision.sequence)).toEqual(walked.decisions.map((_, index) => index));
    expect(walked.state.counters).toMatchObject({ bars: 28, decisions: 54 });
  });

  it('share the places of the desk: what the first took, the second is refused at the same instant', () => {
    const limits = sessionLimitsSchema.parse({ positionsMax: 1 });
    const walked = walk([a, b], MOMENTUM, { limits });
    expect(decisionAt(walked, a, 25)).toMatchObject({ action: 'buy', verdict: { approved: true } });
    const refused = decisionAt(walked, b, 24);
    expect(refused.verdict?.approved).toBe(false);
    expect(reasonsOf(refused)).toContain('concurrentPositions');
    expect(new Set(walked.fills.map((one) => one.symbol))).toEqual(new Set(['AAA/USDT']));
  });
});

describe('leverage', () => {
  const bars = barsOf([...flat(25), 103, 103, 103]);

  it('multiplies the quantity, not the margin at stake', () => {
    const plain = walk([bars], MOMENTUM, { costs: NO_COSTS }).fills[0];
    const levered = walk([bars], { ...MOMENTUM, leverage: 3 }, { costs: NO_COSTS }).fills[0];
    expect(Number(levered?.quantity)).toBeCloseTo(3 * Number(plain?.quantity), 8);
    expect(decisionAt(walk([bars], { ...MOMENTUM, leverage: 3 }), bars, 25).sizeFraction).toBe(0.08);
  });

  it('is refused above the cap of the mode', () => {
    const refused = decisionAt(walk([bars], { ...MOMENTUM, leverage: 4 }), bars, 25);
    expect(reasonsOf(refused)).toEqual(['leverageCap']);
  });
});

describe('the drawdown breaker', () => {
  /** Bought at the open of bar 15; the stop of 2 × 2 below 100 is 96, and the fall to 80 gaps through it. */
  const bars = barsOf([...flat(20), ...flat(40, 80)], {}, (row, index) =>
    index === 20 ? { ...row, open: 80, high: 81 } : row,
  );
  // 8 % of the account lost a fifth: 1.6 %.
  const desk = deskLimitsSchema.parse({ drawdownBreakerFraction: 0.01, dailyLossMaxUsd: 100_000 });
  const limits = sessionLimitsSchema.parse({ dailyLossMaxUsd: 100_000 });
  const refusedAt = (tradingMode: 'backtest' | 'paper') => {
    const accountId = tradingMode === 'paper' ? 'paper-1' : 'sim:walk';
    const walked = walk([bars], HOLD, { desk, limits, costs: NO_COSTS, tradingMode, accountId });
    return walked.decisions.flatMap(({ decision }, index) =>
      reasonsOf(decision).includes('drawdownBreaker') ? [index] : [],
    );
  };

  it('takes no entry for 24 hours of market time in a backtest, then starts from a new peak', () => {
    expect(refusedAt('backtest')).toEqual(Array.from({ length: 24 }, (_, index) => 20 + index));
    const walked = walk([bars], HOLD, { desk, limits, costs: NO_COSTS });
    expect(walked.fills.map((one) => `${one.side} ${one.price}`)).toEqual(['buy 100', 'sell 80', 'buy 80']);
  });

  it('waits for a person on paper', () => {
    expect(refusedAt('paper')).toEqual(Array.from({ length: 40 }, (_, index) => 20 + index));
  });
});
