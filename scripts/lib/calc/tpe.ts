/** `calc tpe`: the next point a parameter search would try, out of its space, its history and its seed. */
import { z } from 'zod';
import { strategySpace } from '../../../domain/learning/search/strategy-spaces.ts';
import { ask } from '../../../domain/learning/search/tpe.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import {
  type SearchParameter,
  type SearchSpace,
  type SearchTrial,
  searchSpaceSchema,
  searchTrialSchema,
} from '../../../schemas/search-space.ts';
import { strategyTypeSchema } from '../../../schemas/signals.ts';
import { calculation } from './calculation.ts';

const TRIALS_MAX = 20_000;
/** More say nothing more. */
const PROBLEMS_MAX = 200;

export const tpe = calculation({
  name: 'tpe',
  about: 'the next point of a search (TPE): space or strategyType, history of points and values, seed',
  schema: z.strictObject({
    /** Absent: the default ranges of `strategyType`. */
    space: searchSpaceSchema.optional(),
    strategyType: strategyTypeSchema.default('emaCross'),
    history: z.array(searchTrialSchema).max(TRIALS_MAX).default([]),
    seed: z.number().int().nonnegative().max(4_294_967_295).default(1),
    direction: z.enum(['minimize', 'maximize']).default('minimize'),
  }),
  example: {
    space: {
      parameters: {
        fast: { kind: 'integer', low: 5, high: 50 },
        slow: { kind: 'integer', low: 20, high: 200 },
        stopAtr: { kind: 'float', low: 0.5, high: 5 },
        average: { kind: 'categorical', choices: ['sma', 'ema'] },
      },
      constraints: [{ lower: 'fast', upper: 'slow' }],
    },
    history: [
      { point: { fast: 10, slow: 50, stopAtr: 2, average: 'ema' }, value: 0.4 },
      { point: { fast: 20, slow: 100, stopAtr: 3, average: 'sma' }, value: null },
    ],
    seed: 1,
    direction: 'maximize',
  },
  answer: ({ space, strategyType, history, seed, direction }) => {
    const searched = space ?? strategySpace(strategyType);
    requireFitting(searched, history);
    return { point: ask({ space: searched, trials: history, seed, direction }), trial: history.length };
  },
});

/** @throws InvalidInput with every value of the history that is none of the space */
function requireFitting({ parameters }: SearchSpace, history: readonly SearchTrial[]): void {
  const names = [...new Set([...Object.keys(parameters), ...history.flatMap(({ point }) => Object.keys(point))])];
  const problems = history.flatMap(({ point }, index) =>
    names.flatMap((name) => problemOf(`history[${index}].point.${name}`, parameters[name], point[name]) ?? []),
  );
  if (problems.length > 0) throw new InvalidInput(problems.slice(0, PROBLEMS_MAX));
}

function problemOf(path: string, parameter: SearchParameter | undefined, value: unknown): Problem | null {
  if (parameter === undefined) {
    return value === undefined ? null : problem('INPUT_UNKNOWN_FIELD', path, value, 'a parameter of the space');
  }
  if (value === undefined) return problem('INPUT_REQUIRED', path, value, expectedOf(parameter), 'add this field');
  return fits(parameter, value) ? null : problem('INPUT_RANGE', path, value, expectedOf(parameter));
}

function fits(parameter: SearchParameter, value: unknown): boolean {
  if (parameter.kind === 'categorical') return parameter.choices.some((one) => one === value);
  const { kind, low, high } = parameter;
  return typeof value === 'number' && value >= low && value <= high && (kind === 'float' || Number.isInteger(value));
}

const expectedOf = (parameter: SearchParameter): string =>
  parameter.kind === 'categorical'
    ? `one of ${parameter.choices.join(', ')}`
    : `a ${parameter.kind === 'integer' ? 'whole ' : ''}number from ${parameter.low} to ${parameter.high}`;
