/** `npm run calc`: each name asks the domain function the product calls; examples are valid; mistakes have codes. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInput } from '../../schemas/problem.ts';
import { CALCULATIONS, calculationNamed } from '../../scripts/lib/calc/catalogue.ts';

const NAMES = [
  ...['indicators', 'features', 'levels', 'regime', 'combine', 'gate'],
  ...['size', 'paper', 'liquidation', 'metrics', 'allocate'],
];
const run = (name: string, change: object = {}): unknown => {
  const { example, run: ask } = calculationNamed(name);
  return ask(JSON.parse(JSON.stringify({ ...fieldsOf(example), ...change })));
};
const fieldsOf = (value: unknown) => z.record(z.string(), z.unknown()).parse(value);
const exampleOf = (name: string) => fieldsOf(calculationNamed(name).example);

/** `CODE path` of each problem. */
function refusalOf(name: string, document: unknown): string[] {
  try {
    calculationNamed(name).run(document);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map((one) => `${one.code} ${one.path}`);
    throw error;
  }
  return [];
}

describe('every name', () => {
  it('is there, in the order of the flow', () => {
    expect(CALCULATIONS.map((one) => one.name)).toEqual(NAMES);
  });

  it.each(NAMES)('%s: its example is accepted by its own schema, survives JSON and gives a result', (name) => {
    const { schema, example } = calculationNamed(name);
    expect(schema.safeParse(example).success).toBe(true);
    expect(run(name)).toBeTypeOf('object');
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it.each(NAMES)('%s: an unknown field is refused, not ignored', (name) => {
    expect(refusalOf(name, { ...exampleOf(name), skipRisk: true })).toContain('INPUT_UNKNOWN_FIELD skipRisk');
  });

  it.each(NAMES)('%s: refuses what is no object', (name) => {
    expect(refusalOf(name, 'nothing')).toEqual(['INPUT_TYPE ']);
  });

  it('that is unknown is refused with the nearest one', () => {
    expect(() => calculationNamed('gates')).toThrow(/did you mean gate\?/);
    expect(() => calculationNamed('gates')).toThrow(/one of indicators, features/);
  });
});

describe('results a reader can check by hand', () => {
  it('indicators: the mean of the last three closes, and the wrong parameter of the second one', () => {
    const asked = [{ name: 'sma', parameters: { period: 3 } }];
    expect(run('indicators', { bars: exampleOf('indicators').bars, indicators: asked })).toMatchObject({
      indicators: [{ name: 'sma', warmupBars: 3, columns: { sma: expect.arrayContaining([null, null, 102, 103]) } }],
    });
    const wrong = [...asked, { name: 'rsi', parameters: { perod: 3 } }];
    expect(refusalOf('indicators', { ...exampleOf('indicators'), indicators: wrong })).toEqual([
      'INPUT_UNKNOWN_FIELD indicators[1].parameters.perod',
    ]);
  });

  it('features: 160 after 155 is a momentum of 5 / 155, and bar 4 knows nothing of bar 5', () => {
    expect(run('features')).toMatchObject({ close: 160, momentum: { momentum5: 160 / 155 - 1 } });
    expect(run('features', { barIndex: 4 })).toMatchObject({ close: 105, momentum: { momentum5: null } });
    expect(refusalOf('features', { ...exampleOf('features'), barIndex: 60 })).toEqual(['INPUT_RANGE ']);
  });

  it('levels: lows of 99.5 and highs of 110.5 that come back', () => {
    expect(run('levels')).toMatchObject({
      levels: [
        { kind: 'support', price: 99.5, touchCount: 2 },
        { kind: 'resistance', price: 110.5, touchCount: 3 },
      ],
    });
  });

  it('regime: prices that only rise are a bull market, once 200 bars are known', () => {
    expect(run('regime')).toMatchObject({ regime: 'bull', confidence: 1 });
    expect(run('regime', { barIndex: 198 })).toMatchObject({ regime: null, confidence: 0 });
  });

  it('combine: (0.3 × 0.8 − 0.2 × 0.5) / 0.5 = 0.28 buys with an agreement of 0.3 / 0.5', () => {
    const vote = run('combine') as { score: number };
    expect(vote).toMatchObject({ action: 'buy', agreement: 0.6, coverage: 0.5, confidence: 0.8 });
    expect(vote.score).toBeCloseTo(0.28, 12);
  });

  it('gate: lets 5 % of equity pass, refuses 9 % under a limit of 8 %, and all under the kill switch', () => {
    const intent = fieldsOf(exampleOf('gate').intent);
    expect(run('gate')).toEqual({ approved: true, reasons: [] });
    expect(run('gate', { intent: { ...intent, quantity: '1.8' } })).toMatchObject({
      approved: false,
      reasons: [{ rule: 'positionSize' }],
    });
    expect(run('gate', { killSwitch: 'drill' })).toMatchObject({ approved: false, reasons: [{ rule: 'killSwitch' }] });
    expect(run('gate', { nowMs: 1_704_283_200_000 + 10 * 3_600_000 })).toMatchObject({ approved: false });
  });

  it('size: 0.005 / 0.1 = 5 % of 100,000 at 30,000 is 0.16666666', () => {
    expect(run('size')).toEqual({ sizeFraction: 0.05, quantity: '0.16666666' });
  });

  it('paper: buys 2 at 100, is stopped at the open of 94, and has paid 0.1 + 0.094 in fees', () => {
    expect(run('paper')).toMatchObject({
      cash: '987.806',
      equity: '987.806',
      fills: [
        { side: 'buy', quantity: '2', price: '100', fee: '0.1' },
        { side: 'sell', quantity: '2', price: '94', fee: '0.094' },
      ],
      position: { quantity: '0', realizedPnl: '-12' },
      closedTrades: [{ pnl: '-12.194', exitReason: 'stop' }],
    });
    const { ledgerEntries } = run('paper') as { ledgerEntries: { amount: string; book: string }[] };
    expect(ledgerEntries[0]).toMatchObject({ book: 'cash', amount: '1000' });
    expect(run('paper', { nowMs: 1_704_067_200_000 })).toMatchObject({ fills: [] });
  });

  it('liquidation: (10 − 2) / (1 − 0.0106) at Gate and OKX', () => {
    expect(run('liquidation')).toMatchObject({ liquidationPrice: '8.08570851', bankruptcyPrice: '8', margin: '2' });
  });

  it('metrics: 100 to 121 with a fall from 110 to 99', () => {
    const figures = run('metrics') as { returnFraction: number };
    expect(figures).toMatchObject({ finalEquity: '121', drawdownFractionMax: 0.1, tradeCount: 3, expectancy: '7' });
    expect(figures.returnFraction).toBeCloseTo(0.21, 12);
  });

  it('allocate: the best gets the maximum, and the excess is shared equally', () => {
    const { weights } = run('allocate') as { weights: number[] };
    expect(weights.map((weight) => weight.toFixed(9))).toEqual(['0.400000000', '0.350000000', '0.250000000']);
  });
});

describe('mistakes', () => {
  it('of one document are listed together', () => {
    const bars = [
      { openTimeMs: 2, open: '10', high: '9', low: '8', close: '9', volume: '1' },
      { openTimeMs: 1, open: '10', high: '11', low: '9', close: '10', volume: '-1' },
    ];
    expect(refusalOf('levels', { bars, barIntervalMs: 0 })).toEqual([
      'INPUT_RANGE barIntervalMs',
      'INPUT_RANGE bars[1].volume',
      'INPUT_RANGE bars[0].high',
      'INPUT_RANGE bars[1].openTimeMs',
    ]);
    expect(
      refusalOf('size', { equity: 100_000, price: '0', positionFractionMax: 8, stopDistanceFraction: 0.1 }),
    ).toEqual(['INPUT_RANGE positionFractionMax', 'INPUT_TYPE equity', 'INPUT_RANGE price']);
  });

  it('of a group that has no answer carry its own code', () => {
    expect(refusalOf('allocate', { scores: [1, 1], cashAllowed: false })).toEqual(['ALLOC_INFEASIBLE weights']);
    const [order] = z.array(z.unknown()).parse(exampleOf('paper').orders);
    expect(refusalOf('paper', { ...exampleOf('paper'), orders: [order, order] })).toEqual([
      'INPUT_RANGE orders[1].clientOrderId',
    ]);
    expect(refusalOf('liquidation', { ...exampleOf('liquidation'), leverage: 0 })).toEqual(['INPUT_RANGE leverage']);
  });
});

describe('the command', () => {
  const calc = (words: readonly string[], input = '') => {
    const script = path.resolve('scripts/run.mjs');
    const { status, stdout } = spawnSync(process.execPath, [script, 'calc', ...words], { input, encoding: 'utf8' });
    return { status, stdout };
  };

  it('answers its own example from stdin, lists the names, and ends with 2 on a mistake', () => {
    const example = calc(['size', '--example']);
    expect(example.status).toBe(0);
    const answer = calc(['size', '--input', '-'], example.stdout);
    expect([answer.status, JSON.parse(answer.stdout)]).toEqual([
      0,
      { ok: true, result: { sizeFraction: 0.05, quantity: '0.16666666' } },
    ]);
    expect(calc([]).stdout.trim().split('\n')).toHaveLength(NAMES.length);
    const refused = calc(['size', '--input', '-'], '{"equity"');
    expect([refused.status, JSON.parse(refused.stdout).problems[0].code]).toEqual([2, 'JSON_INVALID']);
    expect(calc(['sise', '--example']).status).toBe(2);
  });
});
