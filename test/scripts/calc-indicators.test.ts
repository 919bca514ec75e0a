/** `npm run calc -- indicators`: hot and wider ones by name, with units and warm-ups; all of them in the schema. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { INDICATOR_NAMES } from '../../schemas/indicators.ts';
import { WIDE_INDICATOR_NAMES } from '../../schemas/wide-indicators.ts';
import { indicators } from '../../scripts/lib/calc/indicators.ts';
import { problemsOf } from '../problems-of.ts';

const answerSchema = z.object({
  indicators: z.array(
    z.looseObject({
      name: z.string(),
      warmupBars: z.number(),
      units: z.record(z.string(), z.string()),
      columns: z.record(z.string(), z.array(z.number().nullable())),
    }),
  ),
});

/** Opens at 100 + i and closes 1 higher, without wicks. */
const bars = Array.from({ length: 120 }, (_, i) => {
  const [low, high] = [String(100 + i), String(101 + i)];
  return { openTimeMs: i * 3_600_000, open: low, high, low, close: high, volume: '10' };
});
const ask = (asked: readonly object[]) => answerSchema.parse(indicators.run({ bars, indicators: asked })).indicators;

const mistakesOf = (asked: readonly object[]): string[] =>
  problemsOf(() => ask(asked)).map(({ code, path: at, hint }) => `${code} ${at} ${hint}`);

describe('calc indicators', () => {
  it('answers every name with a value at the last bar, a unit for each column and null before the warm-up', () => {
    const names = [...INDICATOR_NAMES, ...WIDE_INDICATOR_NAMES];
    const answers = ask(names.map((name) => ({ name })));
    expect(answers.map(({ name }) => name)).toEqual(names);
    for (const { name, warmupBars, units, columns } of answers) {
      expect(Object.keys(units).toSorted(), name).toEqual(Object.keys(columns).toSorted());
      const last = Math.max(...Object.values(columns).map((values) => values.findIndex((value) => value !== null)));
      expect({ name, last }).toEqual({ name, last: warmupBars - 1 });
      for (const values of Object.values(columns)) expect(values.at(-1)).not.toBeNull();
    }
  });

  it('a market that rises by 1 a bar has values that a reader can check by hand', () => {
    const [stochastic, donchian, ichimoku, candles] = ask([
      { name: 'stochastic', parameters: { period: 4 } },
      { name: 'donchian', parameters: { period: 3, excludeCurrent: true } },
      { name: 'ichimoku', parameters: { displacement: 10 } },
      { name: 'candlestickPatterns', parameters: { patterns: ['bullishMarubozu', 'doji'] } },
    ]);
    expect(stochastic).toMatchObject({ warmupBars: 8, units: { k: 'percent' } });
    expect(stochastic?.columns.d?.[7]).toBe(100);
    // At bar 10 the three bars before are 107 to 110.
    expect([donchian?.columns.upper?.[10], donchian?.columns.lower?.[10]]).toEqual([110, 107]);
    // The middle of bars 9 to 34 is (109 + 135) / 2; ten bars later it is drawn as half of the cloud.
    expect(ichimoku?.columns.base?.[34]).toBe(122);
    expect(ichimoku?.columns.cloudA?.[44]).toBe(((126 + 135) / 2 + 122) / 2);
    expect(candles).toMatchObject({
      directions: { bullishMarubozu: 'bullish', doji: 'neutral' },
      units: { doji: 'seen' },
    });
    expect([candles?.columns.bullishMarubozu?.[0], candles?.columns.doji?.[0]]).toEqual([1, 0]);
  });

  it('refuses unknown names with the nearest one, and every wrong parameter at its place', () => {
    expect(mistakesOf([{ name: 'williamsr' }, { name: 'ichimokus' }])).toEqual([
      'INPUT_ENUM indicators[0].name did you mean williamsR',
      'INPUT_ENUM indicators[1].name did you mean ichimoku',
    ]);
    const wrong = [
      { name: 'cci', parameters: { perod: 3 } },
      { name: 'kama', parameters: { fast: 30, slow: 2 } },
      { name: 'candlestickPatterns', parameters: { patterns: ['dojo'] } },
    ];
    expect(mistakesOf(wrong).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
      'INPUT_UNKNOWN_FIELD indicators[0].parameters.perod',
      'INPUT_RANGE indicators[1].parameters.fast',
      'INPUT_ENUM indicators[2].parameters.patterns[0]',
    ]);
  });

  it('--schema tells of each indicator what its parameters, defaults, columns and units are', () => {
    const run = spawnSync(process.execPath, ['scripts/run.mjs', 'calc', 'indicators', '--schema'], {
      cwd: path.resolve('.'),
      encoding: 'utf8',
    });
    expect(run.status).toBe(0);
    const text = JSON.stringify(JSON.parse(run.stdout));
    for (const name of WIDE_INDICATOR_NAMES) expect(text).toContain(`{"name":"${name}","parameters":{`);
    expect(text).toContain('"spanB":{"unit":"price","warmupBars":52}');
    expect(text).toContain('"displacement":{"default":26,"type":"integer","minimum":1,"maximum":5000}');
  });
});
