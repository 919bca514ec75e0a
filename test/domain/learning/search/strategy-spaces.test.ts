/** The default ranges: each strategy takes what its space can give, and its own defaults lie inside. */
import { describe, expect, it } from 'vitest';
import { strategyFields, strategySpace } from '../../../../domain/learning/search/strategy-spaces.ts';
import { ask, type Search, tell } from '../../../../domain/learning/search/tpe.ts';
import { searchSpaceSchema } from '../../../../schemas/search-space.ts';
import { STRATEGY_TYPES, strategyParameterSchemas, strategySchema } from '../../../../schemas/signals.ts';

describe.each(STRATEGY_TYPES)('the space of %s', (type) => {
  const space = strategySpace(type);

  it('is valid and holds stop 0.5 to 5 and target 1 to 10 ATR', () => {
    expect(searchSpaceSchema.parse(space)).toEqual(space);
    expect(space.parameters).toMatchObject({ stopAtr: { low: 0.5, high: 5 }, targetAtr: { low: 1, high: 10 } });
  });

  it('gives strategies that a session takes, 40 in a row', () => {
    let search: Search = { space, direction: 'maximize', seed: 3, trials: [] };
    for (let trial = 0; trial < 40; trial += 1) {
      const point = ask(search);
      const fields = strategyFields(point);
      expect(strategyParameterSchemas[type].safeParse(fields.parameters).success).toBe(true);
      expect(strategySchema.safeParse({ type, ...fields }).success).toBe(true);
      search = tell(search, { point, value: Number(point.stopAtr) });
    }
  });

  it('has the strategy’s own defaults inside', () => {
    const defaults = strategyParameterSchemas[type].parse({}) as Record<string, number>;
    for (const [name, parameter] of Object.entries(space.parameters)) {
      const value = defaults[name];
      if (value === undefined || parameter.kind === 'categorical') continue;
      expect(value).toBeGreaterThanOrEqual(parameter.low);
      expect(value).toBeLessThanOrEqual(parameter.high);
    }
  });
});
