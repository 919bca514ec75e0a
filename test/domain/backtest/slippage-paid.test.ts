/** What lies in prices, against zipline's published cases, the bars the engine met, and the stops the books knew. */
import { describe, expect, it } from 'vitest';
import { type PriceModel, slippagePaid } from '../../../domain/backtest/slippage-paid.ts';
import { toDecimal, ZERO } from '../../../domain/decimal.ts';
import { engineMarket } from '../../../domain/engine/market.ts';
import { fillsOf, tradesOf } from '../../../domain/engine/outcome.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../../domain/engine/plan.ts';
import { runReport } from '../../../domain/engine/run-report.ts';
import type { Voice } from '../../../domain/engine/signals.ts';
import { priceAgainst } from '../../../domain/execution/fill-model.ts';
import { barAt, lastBarAt, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import { HOUR_MS, walk } from './walk-fixture.ts';

const DESK: PriceModel = {
  commission: { kind: 'bps', bps: 5 },
  slippage: { kind: 'bps', bps: 2 },
  halfSpreadBps: 1,
  volumeFractionMax: 0.025,
};
const bars = (price: number, volume = 2_000) =>
  seriesFromRows(
    'A/B',
    HOUR_MS,
    [0, 1].map((i) => ({ openTimeMs: i * HOUR_MS, open: price, high: price, low: price, close: price, volume })),
  );
const fill = (side: 'buy' | 'sell', quantity: string, price: string, leg = 'entry') => ({
  ...{ clientOrderId: `0-${leg}`, symbol: 'A/B', side, quantity, price, atMs: HOUR_MS },
});
const paid = (one: ReturnType<typeof fill>, model: Partial<PriceModel>, price = 3.5): string =>
  slippagePaid([one], { ...DESK, halfSpreadBps: 0, ...model }, [bars(price)]).toFixed();

describe('of single fills', () => {
  it('is what zipline’s prices are away from the market', () => {
    const impact = { slippage: { kind: 'volumeShare', impact: 0.1 } } as const;
    expect(paid(fill('buy', '50', '3.50021875'), impact)).toBe('0.0109375');
    expect(paid(fill('sell', '50', '3.49978125'), impact)).toBe('0.0109375');
    expect(paid(fill('buy', '20', '3.0015'), { slippage: { kind: 'bps', bps: 5 } }, 3)).toBe('0.03');
  });

  it('holds half the spread beside the slippage, and a commission in the price of entries only', () => {
    expect(paid(fill('buy', '1', '100.03'), { halfSpreadBps: 1 }, 100)).toBe('0.03');
    const percent = { commission: { kind: 'entryPrice', fraction: 0.002 }, slippage: { kind: 'bps', bps: 0 } } as const;
    expect(paid(fill('sell', '10', '99.8'), percent, 100)).toBe('2');
    expect(paid(fill('buy', '10', '100', 'signal'), percent, 100)).toBe('0');
  });

  it('is nothing for targets and liquidations', () => {
    expect(paid(fill('sell', '10', '99.8', 'target'), {})).toBe('0');
    expect(paid(fill('sell', '10', '99.8', 'liquidation'), {})).toBe('0');
  });

  it('needs the bar of a fill whose price volume has made', () => {
    const late = { ...fill('buy', '1', '3.6'), atMs: 5 };
    expect(() => paid(late, { slippage: { kind: 'volumeShare', impact: 0.1 } })).toThrow('A/B at 5');
  });
});

const market = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 400, seed: 6 });

const ALL_IN = { kind: 'fraction', fraction: 1, at: 'decision', riskFraction: null } as const;

/** Of a price: its text has eight. */
const LAST_DECIMAL = 1e-8;

/** Turns every nine bars. */
const turning: Voice = {
  kind: 'asked',
  firstBar: 20,
  ask: (i) => ({ side: i % 9 === 0 ? (i % 18 === 0 ? 1 : -1) : 0, close: i % 9 === 5 }),
};

describe('of runs of the engine', () => {
  const models: readonly (readonly [string, Partial<EnginePlan>])[] = [
    ['fixed', { slippage: { kind: 'bps', bps: 7 }, halfSpreadBps: 1.5 }],
    ['by share of volume', { slippage: { kind: 'volumeShare', impact: 4 }, halfSpreadBps: 1, volumeFractionMax: 0.3 }],
    ['by range', { slippage: { kind: 'volatility', atr: 0.07 }, halfSpreadBps: 2 }],
    ['percent', { commission: { kind: 'entryPrice', fraction: 0.002 }, slippage: { kind: 'volatility', atr: 0.05 } }],
  ];
  const cases = models.flatMap(([name, plan]) =>
    (['nextOpen', 'close'] as const).flatMap((when) =>
      (['open', 'close', 'keep'] as const).map((closeLast) => [name, when, closeLast, plan] as const),
    ),
  );

  it.each(cases)(
    '%s, filled at %s, closed at %s: the distance from the price of the bar',
    (_name, when, last, plan) => {
      const whole: EnginePlan = {
        ...PLAIN_PLAN,
        ...{ direction: 'longShort', flips: 'reverse', fill: when, closeLast: last, cash: 1e6 },
        ...plan,
      };
      const run = runReport(whole, [{ market: engineMarket(market), voice: turning }]);
      const fills = fillsOf(run, 'x');
      expect(fills.length).toBeGreaterThan(60);
      const expected = fills.reduce((sum, one) => {
        const isFlatten = one.clientOrderId.endsWith('-flatten');
        const atClose = isFlatten ? last === 'close' : when === 'close';
        const bar = barAt(market, lastBarAt(market, one.atMs - (atClose ? HOUR_MS : 0)));
        const met = atClose ? bar.close : bar.open;
        return sum + (Number(one.price) - met) * Number(one.quantity) * (one.side === 'buy' ? 1 : -1);
      }, 0);
      const units = fills.reduce((sum, { quantity }) => sum + Number(quantity), 0);
      expect(expected).toBeGreaterThan(0.1);
      expect(Math.abs(slippagePaid(fills, whole, [market]).toNumber() - expected)).toBeLessThan(units * LAST_DECIMAL);
      expect(tradesOf(run, 'x').some(({ exitReason }) => exitReason === 'flatten')).toBe(last !== 'keep');
    },
  );
});

describe('of fills that are not where they were asked for', () => {
  const COUNT = 24;
  /** The last bar has no volume. */
  const quiet = (volume: number) =>
    seriesFromRows(
      'A/B',
      HOUR_MS,
      Array.from({ length: COUNT }, (_, i) => {
        const open = 100 + i;
        const lastVolume = i === COUNT - 1 ? 0 : volume;
        return { openTimeMs: i * HOUR_MS, open, high: open + 1, low: open - 1, close: open + 0.25, volume: lastVolume };
      }),
    );
  const buying = (sells: boolean): Voice => ({
    kind: 'asked',
    firstBar: 0,
    ask: (i) => ({ side: i === 16 ? 1 : 0, close: sells && i === 19 }),
  });
  const runOf = (series: ReturnType<typeof quiet>, plan: Partial<EnginePlan>, sells: boolean) => {
    const whole: EnginePlan = { ...PLAIN_PLAN, cash: 10_000, ...plan };
    const run = runReport(whole, [{ market: engineMarket(series), voice: buying(sells) }]);
    return { whole, fills: fillsOf(run, 'x') };
  };
  const paidAway = (fills: readonly { price: string; quantity: string; side: string }[], met: readonly number[]) =>
    fills.reduce((sum, { price, quantity, side }, n) => {
      return sum + (Number(price) - (met[n] as number)) * Number(quantity) * (side === 'buy' ? 1 : -1);
    }, 0);

  it.each([
    { slippage: { kind: 'volumeShare', impact: 0.5 }, volumeFractionMax: 0.5 },
    { slippage: { kind: 'volatility', atr: 0.1 }, volumeFractionMax: 0.5 },
  ] as const)('a last bar without volume closes at its close what was to go at its open, with %j', (plan) => {
    const series = quiet(1_000);
    const { whole, fills } = runOf(series, { ...plan, closeLast: 'open' }, false);
    expect(fills.map(({ clientOrderId, atMs }) => [clientOrderId, atMs / HOUR_MS])).toEqual([
      ['0-entry', 17],
      ['1-atClose-flatten', COUNT],
    ]);
    expect(slippagePaid(fills, whole, [series]).toNumber()).toBeCloseTo(paidAway(fills, [117, 123.25]), 6);
  });

  it('the rest of an order at a close meets the next opens', () => {
    const series = quiet(10);
    const slippage = { kind: 'volumeShare', impact: 0.5 } as const;
    const plan = { slippage, volumeFractionMax: 0.5, fill: 'close' } as const;
    const { whole, fills } = runOf(series, plan, true);
    expect(fills.map(({ clientOrderId, atMs }) => [clientOrderId, atMs / HOUR_MS])).toEqual([
      ['0-atClose-entry', 17],
      ['1-entry', 17],
      ['2-atClose-signal', 20],
      ['3-signal', 20],
    ]);
    expect(slippagePaid(fills, whole, [series]).toNumber()).toBeCloseTo(paidAway(fills, [116.25, 117, 119.25, 120]), 6);
  });

  it.each([{ slippage: { kind: 'volumeShare', impact: 10 } }, { slippage: { kind: 'volatility', atr: 200 } }] as const)(
    'a sell keeps a hundredth of its price where slippage would take more, with %j',
    (plan) => {
      const series = quiet(5);
      const { whole, fills } = runOf(series, { ...plan, halfSpreadBps: 1, size: ALL_IN }, true);
      expect(fills.map(({ side }) => side)).toEqual(['buy', 'sell']);
      expect(Number(fills[1]?.price)).toBeCloseTo(1.2, 8);
      expect(slippagePaid(fills, whole, [series]).toNumber()).toBeCloseTo(paidAway(fills, [117, 120]), 4);
    },
  );
});

describe('of walks under the desk’s rules', () => {
  it('is that of opens, and of the stops that the orders named', () => {
    const costs = costsSchema.parse({ slippageBps: 25, halfSpreadBps: 3, volumeFractionMax: 0.00002 });
    const text = {
      type: 'momentum',
      parameters: { lookback: 5, threshold: 0.005 },
      stopAtr: 1.5,
      targetAtr: 0.5,
    } as const;
    const walked = walk([market], text, { costs, direction: 'longShort' });
    const legs = new Set<string>();
    const bps = toDecimal(costs.slippageBps).plus(costs.halfSpreadBps);
    const expected = walked.fills.reduce((sum, one) => {
      const order = walked.orders.get(one.clientOrderId);
      if (order === undefined) throw new Error('every fill has an order');
      legs.add(order.leg);
      if (order.leg === 'target') return sum;
      const open = toDecimal(barAt(market, lastBarAt(market, one.atMs)).open);
      const isAtOpen = priceAgainst(one.side, open, bps).eq(one.price);
      if (!isAtOpen && order.leg !== 'stop') throw new Error('only stops fill inside a bar');
      const met = isAtOpen ? open : toDecimal(order.stopPrice ?? 'none');
      return sum.plus(
        toDecimal(one.price)
          .minus(met)
          .times(one.quantity)
          .times(one.side === 'buy' ? 1 : -1),
      );
    }, ZERO);
    expect([...legs].sort()).toEqual(['entry', 'exit', 'stop', 'target']);
    const model = { ...DESK, slippage: { kind: 'bps', bps: 25 }, halfSpreadBps: 3 } as const;
    const found = slippagePaid(walked.fills, model, [market]);
    expect(found.minus(expected).abs().toNumber()).toBeLessThan(1e-7);
    expect(expected.toNumber()).toBeGreaterThan(1);
  });
});
