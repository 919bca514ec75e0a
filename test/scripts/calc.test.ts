/** `npm run calc`: each name asks the domain function the product calls; examples are valid; mistakes have codes. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CALCULATIONS, calculationNamed } from '../../scripts/lib/calc/catalogue.ts';
import { exampleOf, refusalOf, run } from './calculate.ts';

const NAMES = [
  ...['indicators', 'features', 'levels', 'regime', 'sentiment', 'pairs', 'crossVenue', 'combine'],
  ...['consensus', 'calendar', 'gate', 'size', 'paper', 'liquidation', 'metrics'],
  ...['psr', 'dsr', 'pbo', 'spa', 'splits', 'tpe', 'genome', 'health', 'drift'],
  ...['leverage', 'kelly', 'reward', 'allocate', 'prompt-arm'],
  ...['risk', 'ceo', 'var-backtest'],
];

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
