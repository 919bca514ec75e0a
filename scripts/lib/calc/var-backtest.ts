/**
 * `calc var-backtest`: whether a value at risk held what it promised, by Kupiec, Christoffersen and the Basel zones.
 */
import { z } from 'zod';
import { trafficLight } from '../../../domain/officers/risk/traffic-light.ts';
import {
  conditionalCoverageTest,
  independenceTest,
  kupiecTest,
  type Transitions,
  transitionsOf,
} from '../../../domain/officers/risk/var-backtest.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { calculation } from './calculation.ts';

const DAYS_MAX = 1_000_000;
const count = z.number().int().min(0).max(DAYS_MAX);

const schema = z.strictObject({
  /** Of the value at risk: 0.99 expects a loss beyond it in one day of a hundred. */
  level: z.number().gt(0.5).lt(1).default(0.99),
  /** One a day, oldest first: 1 (or true) where the loss was beyond the VaR. */
  hits: z
    .array(z.union([z.boolean(), z.literal(0), z.literal(1)]))
    .min(1)
    .max(DAYS_MAX)
    .optional(),
  /**
   * Instead: the returns, and the VaR that was told for each day (positive), or one for all. A loss beyond it is a hit.
   */
  returns: z.array(z.number()).min(1).max(DAYS_MAX).optional(),
  valueAtRisk: z.union([z.number(), z.array(z.number()).max(DAYS_MAX)]).optional(),
  /** Instead: counts; `transitions` where the order of the days is known: n01 a hit after a day without one. */
  observations: count.min(1).optional(),
  exceptions: count.optional(),
  transitions: z.strictObject({ n00: count, n01: count, n10: count, n11: count }).optional(),
});
type Input = z.output<typeof schema>;
type Record = { readonly observations: number; readonly exceptions: number; readonly transitions: Transitions | null };

export const varBacktest = calculation({
  name: 'var-backtest',
  about: 'exceptions of a value at risk: Kupiec, Christoffersen, Basel zone, out of hits, returns or counts',
  schema,
  example: { level: 0.95, observations: 1_043, exceptions: 57, transitions: { n00: 932, n01: 53, n10: 53, n11: 4 } },
  answer: (input) => {
    const { observations, exceptions, transitions } = recordOf(input);
    const kupiec = kupiecTest(observations, exceptions, input.level);
    const independence = transitions && independenceTest(transitions);
    return {
      observations,
      exceptions,
      exceptionsExpected: observations * (1 - input.level),
      kupiec,
      transitions,
      independence,
      conditionalCoverage: independence && conditionalCoverageTest(kupiec, independence),
      basel: trafficLight(observations, exceptions, input.level),
    };
  },
});

function recordOf({ hits, returns, valueAtRisk, observations, exceptions, transitions }: Input): Record {
  if (valueAtRisk !== undefined && returns === undefined)
    throw new InvalidInput([problem('INPUT_REQUIRED', 'returns', undefined, 'returns beside valueAtRisk')]);
  if (hits !== undefined) return recordOfHits(hits.map(Boolean));
  if (returns !== undefined) return recordOfHits(hitsOf(returns, valueAtRisk));
  if (observations === undefined || exceptions === undefined) {
    const expected = 'hits, or returns and valueAtRisk, or observations and exceptions';
    throw new InvalidInput([problem('INPUT_REQUIRED', 'hits', undefined, expected)]);
  }
  if (exceptions > observations) {
    throw new InvalidInput([problem('INPUT_RANGE', 'exceptions', exceptions, `at most observations, ${observations}`)]);
  }
  return { observations, exceptions, transitions: transitions ?? null };
}

const recordOfHits = (hits: readonly boolean[]): Record => ({
  observations: hits.length,
  exceptions: hits.filter(Boolean).length,
  transitions: transitionsOf(hits),
});

function hitsOf(returns: readonly number[], told: Input['valueAtRisk']): boolean[] {
  if (told === undefined)
    throw new InvalidInput([problem('INPUT_REQUIRED', 'valueAtRisk', undefined, 'one, or one a day')]);
  if (typeof told !== 'number' && told.length !== returns.length) {
    throw new InvalidInput([
      problem('INPUT_ITEMS', 'valueAtRisk', `${told.length} items`, `${returns.length}, one a day`),
    ]);
  }
  return returns.map((value, day) => -value > (typeof told === 'number' ? told : (told[day] ?? Number.NaN)));
}
