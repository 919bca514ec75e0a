/** What a walk stood on survives as text; other limits are other contexts; a difference is named by its place. */
import { describe, expect, it } from 'vitest';
import { LIMIT_NAMES, limitFault, withLimits } from '../../../domain/backtest/changed-limits.ts';
import { Decimal, toDecimal } from '../../../domain/decimal.ts';
import { exactJson, parseExactJson } from '../../../domain/exact-json.ts';
import { jsonDifference } from '../../../domain/json-difference.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';
import { readWhatIf } from '../../../scripts/lib/replay/read-what-if.ts';

describe('exact JSON', () => {
  it('keeps exact decimals, maps, and the numbers for which JSON has no word', () => {
    const value = {
      cash: toDecimal('100000.000000000000000000000000000001'),
      nothing: new Decimal('-0'),
      halts: new Map([['BTC/USDT', 'in doubt']]),
      odd: [Number.NaN, Number.POSITIVE_INFINITY, -0, 0.1, 1e21],
      plain: { text: '$decimal', none: null },
    };
    const again = parseExactJson(exactJson(value)) as typeof value;
    expect(again).toEqual(value);
    expect(again.cash.toFixed()).toBe('100000.000000000000000000000000000001');
    expect(Object.is(again.odd[2], -0)).toBe(true);
    expect(again.nothing.valueOf()).toBe('-0');
    expect(exactJson(again)).toBe(exactJson(value));
  });
});

describe('a difference', () => {
  it('is named by its place, the first one in the order of keys', () => {
    expect(jsonDifference({ b: [1, { c: 2 }], a: 0 }, { a: 0, b: [1, { c: 3 }] })).toEqual({
      path: 'b.1.c',
      before: 2,
      after: 3,
    });
    expect(jsonDifference({ a: 1 }, { a: 1, z: null })).toEqual({ path: 'z', before: null, after: null });
    expect(jsonDifference([1, 2], [1])).toEqual({ path: '1', before: 2, after: null });
    expect(jsonDifference({ a: [-0, 'x'] }, { a: [0, 'x'] })).toBeNull();
  });
});

describe('other limits', () => {
  const profile = { positionFractionMax: 0.08, positionsMax: 8, leverageMax: 3, confidenceMin: 0.6, newEntries: true };
  const context = {
    limits: sessionLimitsSchema.parse({}),
    policy: { version: 1, mode: 'stability' as const, profile },
    desk: deskLimitsSchema.parse({}),
    compliance: complianceSchema.parse({}),
  };

  it('are felt wherever the name is known, and change nothing else', () => {
    const other = withLimits(context, { positionFractionMax: 0.5, dailyLossMaxUsd: 20 });
    expect([other.limits.positionFractionMax, other.policy.profile.positionFractionMax]).toEqual([0.5, 0.5]);
    expect([other.limits.dailyLossMaxUsd, other.desk.dailyLossMaxUsd]).toEqual([20, 20]);
    expect(other.compliance).toEqual(context.compliance);
    expect(context.limits.positionFractionMax).toBe(0.1);
  });

  it('are read from KEY=VALUE, all mistakes at once', () => {
    const read = (...limit: string[]) => readWhatIf({ limit }, () => []);
    expect(read('positionFractionMax=0.02', 'newEntries=false', 'confidenceMin=null').problems).toHaveLength(1);
    expect(read('positionFractionMax=0.02', 'newEntries=false').whatIf.limits).toEqual({
      positionFractionMax: 0.02,
      newEntries: false,
    });
    const wrong = read('positionFractionMx=1', 'positionFractionMax=7', 'positionsMax=x', 'symbolsAllowed=1', 'what');
    expect(wrong.problems.map(({ code }) => code)).toEqual(Array(5).fill('ARGUMENT_VALUE'));
    expect(wrong.problems[0]?.hint).toBe('did you mean positionFractionMax');
    const twice = read('positionsMax=3', 'newEntries=false', 'positionsMax=4').problems;
    expect(twice).toMatchObject([{ code: 'ARGUMENT_CONFLICT', path: '--limit', got: '"positionsMax"' }]);
    expect(LIMIT_NAMES).toContain('drawdownBreakerFraction');
    expect(limitFault('leverageMax', 11)).not.toBeNull();
  });

  it('and a prompt is tried by its version, a model by its id', () => {
    const read = (model: string, prompt: string) => readWhatIf({ limit: [], model, prompt }, () => ['near-1']);
    expect(read('near-1', 'advisor@2').whatIf.prompt).toEqual({ promptId: 'advisor', version: 2 });
    expect(read('nobody', 'advisor').problems.map(({ path }) => path)).toEqual(['--model', '--prompt']);
  });
});
