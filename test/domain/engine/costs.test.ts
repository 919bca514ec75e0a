/** Costs of fills against zipline's published cases, and the levels that only the engine has. */
import { describe, expect, it } from 'vitest';
import { engineMarket } from '../../../domain/engine/market.ts';
import { fillsOf, tradesOf } from '../../../domain/engine/outcome.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../../domain/engine/plan.ts';
import { commissionOf, sizeOfText, slippageOf } from '../../../domain/engine/plan-texts.ts';
import { runReport } from '../../../domain/engine/run-report.ts';
import type { Voice, Wish } from '../../../domain/engine/signals.ts';
import { type BarRow, seriesFromRows } from '../../../domain/market/bar-series.ts';

const HOUR_MS = 3_600_000;
const bar = (i: number, change: Partial<BarRow> = {}): BarRow => ({
  openTimeMs: i * HOUR_MS,
  open: 3,
  high: 3,
  low: 3,
  close: 3,
  volume: 200,
  ...change,
});

const speaking = (wishes: Readonly<Record<number, Wish>>): Voice => ({
  kind: 'asked',
  firstBar: 0,
  ask: (i) => wishes[i] ?? { side: 0, close: false },
});

function run(rows: readonly BarRow[], plan: Partial<EnginePlan>, wishes: Readonly<Record<number, Wish>>) {
  const market = engineMarket(seriesFromRows('A/B', HOUR_MS, rows));
  const whole: EnginePlan = { ...PLAIN_PLAN, cash: 1_000_000, direction: 'longShort', ...plan };
  return runReport(whole, [{ market, voice: speaking(wishes) }]);
}

/** `units` bought (or sold) at the decision's close of 3 or another price. */
const entry = (units: number, price: number): Wish => ({
  side: units > 0 ? 1 : -1,
  close: false,
  sizeFraction: (Math.abs(units) * price) / 1_000_000,
});

describe('zipline’s cases', () => {
  it.each([
    [5, 0.1, 100, 3.0015, 20],
    [5, 0.1, -100, 2.9985, 20],
    [5, 0.1, 10, 3.0015, 10],
    [10, 0.1, 100, 3.003, 20],
    [5, 0.2, 100, 3.0015, 40],
  ])('fixed %s bps, at most %s of 200: %s units fill at %s, %s at once', (bps, limit, units, price, filled) => {
    const plan = { slippage: { kind: 'bps', bps }, volumeFractionMax: limit } as const;
    const [fill] = fillsOf(run([bar(0), bar(1)], plan, { 0: entry(units, 3) }), 'x');
    expect([Number(fill?.price), Number(fill?.quantity)]).toEqual([price, filled]);
  });

  it.each([
    [3.5, 100, 3.50021875],
    [3.5, -100, 3.49978125],
    [4, 100, 4.00025],
    [3, -100, 2.9998125],
  ])('impact 0.1 by the share of volume at %s: %s units at %s, 50 at once', (price, units, expected) => {
    const row = { open: price, high: price, low: price, close: price, volume: 2_000 };
    const plan = { slippage: { kind: 'volumeShare', impact: 0.1 }, volumeFractionMax: 0.025 } as const;
    const [fill] = fillsOf(run([bar(0, row), bar(1, row)], plan, { 0: entry(units, price) }), 'x');
    expect([Number(fill?.price), Number(fill?.quantity)]).toEqual([expected, 50]);
  });

  it.each([
    ['perShare:0.0075', [1.725, 1.275, 0.75]],
    ['perShare:0.0075:1', [1.725, 1.275, 0.75]],
    ['perShare:0.0075:2.5', [2.5, 0.5, 0.75]],
    ['perShare:0.0075:3.5', [3.5, 0, 0.25]],
    ['perShare:0.0075:5.5', [5.5, 0, 0]],
    ['perContract:0.01:0.3', [2.6, 1.7, 1]],
    ['perContract:0.01:0.3:3', [3, 1.3, 1]],
    ['perContract:0.01:0.3:7', [7, 0, 0]],
  ])('%s over fills of 230, 170 and 100', (text, fees) => {
    const rows = [bar(0), ...[2_300, 1_700, 1_000].map((volume, i) => bar(i + 1, { volume }))];
    const commission = commissionOf(text);
    if (commission === null) throw new Error(`${text} was not read`);
    const fills = fillsOf(run(rows, { commission, volumeFractionMax: 0.1 }, { 0: entry(500, 3) }), 'x');
    expect(fills.map(({ quantity }) => Number(quantity))).toEqual([230, 170, 100]);
    fills.forEach(({ fee }, i) => void expect(Number(fee)).toBeCloseTo(fees[i] as number, 9));
  });
});

describe('orders that fill at the close of their decision', () => {
  const told = (fills: ReturnType<typeof fillsOf>) =>
    fills.map(({ side, quantity, atMs }) => [side, Number(quantity), atMs / HOUR_MS]);
  const plan = { fill: 'close', volumeFractionMax: 0.1 } as const;

  it('take what the volume of the bar allows, and the rest of the bars after it', () => {
    const rows = [100, 1_000, 2_000, 1_000, 10_000, 10_000].map((volume, i) => bar(i, { volume }));
    const fills = fillsOf(run(rows, plan, { 1: entry(500, 3), 4: { side: 0, close: true } }), 'x');
    expect(told(fills)).toEqual([
      ['buy', 100, 2],
      ['buy', 200, 2],
      ['buy', 100, 3],
      ['buy', 100, 4],
      ['sell', 500, 5],
    ]);
  });

  it('share the bar with what has filled in it before', () => {
    const rows = [1_000, 1_000, 1_000, 1_000, 1_000].map((volume, i) => bar(i, { volume }));
    const fills = fillsOf(run(rows, plan, { 0: entry(160, 3), 1: { side: 0, close: true } }), 'x');
    expect(told(fills)).toEqual([
      ['buy', 100, 1],
      ['buy', 60, 1],
      ['sell', 40, 2],
      ['sell', 100, 2],
      ['sell', 20, 3],
    ]);
  });

  it('wait where the bar has no volume', () => {
    const rows = [0, 5_000, 0, 5_000].map((volume, i) => bar(i, { volume, close: 4, high: 4 }));
    const fills = fillsOf(run(rows, plan, { 0: entry(500, 4), 2: { side: 0, close: true } }), 'x');
    expect(fills.map(({ side, price, atMs }) => [side, price, atMs / HOUR_MS])).toEqual([
      ['buy', '3', 1],
      ['sell', '3', 3],
    ]);
  });

  it('value what is left of a position at the close', () => {
    const rows = [1_000, 1_000, 500].map((volume, i) => bar(i, { volume, close: 3 + i, high: 3 + i }));
    const { account, equity } = run(rows, plan, { 0: entry(100, 3), 2: { side: 0, close: true } });
    expect([account.lanes[0]?.quantity, account.lanes[0]?.mark]).toEqual([50, 5]);
    expect(equity[2]).toBe(1_000_000 + 100 * 2);
  });
});

describe('the longest hold', () => {
  const hours = [1, 2, 3, 5];
  const rows = Array.from({ length: 10 }, (_, i) => bar(i));

  it.each(['nextOpen', 'close'] as const)('is so many bars with fills at %s', (fill) => {
    const held = hours.map((maxHoldBars) => {
      const [trade] = tradesOf(run(rows, { fill, maxHoldBars }, { 1: entry(100, 3) }), 'x');
      return [((trade?.exitAtMs ?? 0) - (trade?.entryAtMs ?? 0)) / HOUR_MS, trade?.exitReason];
    });
    expect(held).toEqual(hours.map((bars) => [bars, 'maxHold']));
  });

  it.each(['nextOpen', 'close'] as const)('counts from the first bar that was held, with fills at %s', (fill) => {
    const seen: number[] = [];
    const voice: Voice = {
      kind: 'asked',
      firstBar: 0,
      ask: (i, { barsHeld }) => {
        seen.push(barsHeld);
        return i === 1 ? entry(100, 3) : { side: 0, close: i === 4 };
      },
    };
    const market = engineMarket(seriesFromRows('A/B', HOUR_MS, rows));
    runReport({ ...PLAIN_PLAN, cash: 1_000_000, fill }, [{ market, voice }]);
    expect(seen.slice(0, 6)).toEqual([0, 0, 1, 2, 3, 0]);
  });
});

describe('the words for costs and sizes', () => {
  it('are read, and nothing else', () => {
    expect(commissionOf('percent:0.002')).toEqual({ kind: 'entryPrice', fraction: 0.002 });
    expect(commissionOf('perDollar:0.0015')).toEqual({ kind: 'bps', bps: 15 });
    expect(slippageOf('volatility:0.1')).toEqual({ kind: 'volatility', atr: 0.1 });
    expect(sizeOfText('wholeShares:0.9999')).toMatchObject({ kind: 'wholeShares', at: 'fill' });
    expect(sizeOfText('fraction:0.95')).toMatchObject({ kind: 'fraction', at: 'decision' });
    for (const text of ['percent', 'perShare:', 'bps:-1', 'bps:1:2', 'x:1']) expect(commissionOf(text)).toBeNull();
    expect([slippageOf('volumeShare'), sizeOfText('fraction:0'), sizeOfText('wholeShares:11')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('levels of a strategy', () => {
  const rising = (i: number, change: Partial<BarRow> = {}) =>
    bar(i, { open: 10, high: 10, low: 10, close: 10, ...change });
  const long: Wish = { side: 1, close: false, sizeFraction: 0.1, stopPrice: 9, targetPrice: 12 };

  it('a stop that a bar gaps through fills at the open', () => {
    const rows = [rising(0), rising(1), rising(2, { open: 8.5, low: 8, close: 8.2 })];
    expect(tradesOf(run(rows, {}, { 0: long }), 'x')).toMatchObject([{ exitPrice: '8.5', exitReason: 'stop' }]);
  });

  it('a bar that touches both takes the stop', () => {
    const rows = [rising(0), rising(1), rising(2, { high: 13, low: 8.9 })];
    expect(tradesOf(run(rows, {}, { 0: long }), 'x')).toMatchObject([{ exitPrice: '9', exitReason: 'stop' }]);
  });

  it('a target that is only touched is not filled', () => {
    const rows = [rising(0), rising(1), rising(2, { high: 12 }), rising(3, { high: 12.01 })];
    expect(tradesOf(run(rows, {}, { 0: long }), 'x')).toMatchObject([{ exitAtMs: 3 * HOUR_MS, exitReason: 'target' }]);
  });

  it('nothing is entered at the first bar after a long gap', () => {
    const late = rising(1, { openTimeMs: 10 * HOUR_MS });
    const { account, tally } = run([rising(0), late, { ...late, openTimeMs: 11 * HOUR_MS }], {}, { 1: long });
    expect([account.fills.count, tally.dataGap]).toEqual([0, 1]);
  });

  it('an order decided at a close fills there when asked to, and turns at one open', () => {
    const rows = [rising(0), rising(1, { open: 11, high: 11, close: 11 }), rising(2)];
    expect(fillsOf(run(rows, { fill: 'close' }, { 0: long }), 'x')[0]).toMatchObject({ price: '10', atMs: HOUR_MS });
    const short: Wish = { side: -1, close: false, sizeFraction: 0.1 };
    const turned = fillsOf(
      run([...rows, rising(3)], { flips: 'reverse' }, { 0: { ...short, side: 1 }, 1: short }),
      'x',
    );
    expect(turned.map(({ side, atMs }) => [side, atMs / HOUR_MS])).toEqual([
      ['buy', 1],
      ['sell', 2],
      ['sell', 2],
    ]);
  });

  it('a short pays for what it borrows, by the year', () => {
    const rows = Array.from({ length: 4 }, (_, i) => rising(i));
    const { equity } = run(rows, { borrowRate: 8.76 }, { 0: { side: -1, close: false, sizeFraction: 0.1 } });
    expect(1_000_000 - (equity[3] as number)).toBeCloseTo(3 * 100_000 * 0.001, 6);
  });

  it('a short pays for the time between two bars too, and nothing after its exit', () => {
    const rows = [0, 1, 2, 42, 43, 90].map((hour) => rising(hour));
    const wishes = { 0: { side: -1, close: false, sizeFraction: 0.1 }, 3: { side: 0, close: true } } as const;
    const { equity } = run(rows, { borrowRate: 8.76 }, wishes);
    const paid = Array.from(equity, (amount) => Math.round(1_000_000 - amount));
    // Opened at 1:00; from the close at 3:00 to the open at 42:00 nobody trades; out at the open at 43:00.
    expect(paid).toEqual([0, 100, 200, 4_200, 4_200, 4_200]);
  });
});
