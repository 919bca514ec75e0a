/**
 * `calc pairs`: whether two series are tied to each other, by how much, and what pairs trading makes of the last bar.
 */
import { z } from 'zod';
import { pairsAtLast } from '../../../domain/signals/pairs-at-last.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { strategyParameterSchemas } from '../../../schemas/signals.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';

const LOOKBACK = strategyParameterSchemas.pairsTrading.parse({}).lookback;
const { lookback, entryZ, exitZ, stopZ } = strategyParameterSchemas.pairsTrading.shape;
const closesSchema = z
  .array(z.union([z.number().positive(), positiveDecimalSchema]))
  .min(20)
  .max(1_000_000);

/** A bounded walk, and 1.7 times it with a spread that swings and ends far out. */
const exampleA = Array.from({ length: 60 }, (_, i) => 100 + 5 * Math.sin(i / 9) + (i % 5));
const exampleB = exampleA.map((price, i) => 1.7 * price + ((i * 7) % 11) / 10 + (i === 59 ? 0.9 : 0));

export const pairs = calculation({
  name: 'pairs',
  about: 'cointegration, hedge ratio and z-score of two series of closes, and the action of each leg',
  schema: z.strictObject({
    /** Closes of both symbols at the same instants, oldest first: `b` is traded against the hedge ratio times `a`. */
    a: closesSchema,
    b: closesSchema,
    /** The last so many closes; 250, or all where fewer are given. */
    lookback: lookback.removeDefault().optional(),
    entryZ,
    exitZ,
    stopZ,
  }),
  example: { a: exampleA.map(rounded), b: exampleB.map(rounded), entryZ: 2 },
  answer: ({ a, b, ...asked }) => {
    const p = { ...asked, lookback: asked.lookback ?? Math.min(LOOKBACK, a.length) };
    const problems = problemsOf(a.length, b.length, p);
    if (problems.length > 0) throw new InvalidInput(problems);
    return { lookback: p.lookback, ...pairsAtLast(lastOf(a, p.lookback), lastOf(b, p.lookback), p) };
  },
});

type Asked = { readonly lookback: number; readonly entryZ: number; readonly exitZ: number; readonly stopZ: number };

function problemsOf(countA: number, countB: number, { lookback, entryZ, exitZ, stopZ }: Asked): Problem[] {
  const problems: Problem[] = [];
  if (countA !== countB)
    problems.push(problem('INPUT_ITEMS', 'b', `${countB} closes`, `${countA} closes, as many as a`));
  if (lookback > countA)
    problems.push(problem('INPUT_ITEMS', 'a', `${countA} closes`, `at least lookback, ${lookback}`));
  if (!(exitZ < entryZ)) problems.push(problem('INPUT_RANGE', 'exitZ', exitZ, `less than entryZ, ${entryZ}`));
  if (!(entryZ < stopZ)) problems.push(problem('INPUT_RANGE', 'stopZ', stopZ, `more than entryZ, ${entryZ}`));
  return problems;
}

const lastOf = (closes: readonly (number | string)[], count: number): Float64Array =>
  Float64Array.from(closes.slice(closes.length - count), Number);

function rounded(price: number): number {
  return Number(price.toFixed(4));
}
