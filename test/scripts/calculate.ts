/** One calculation of `npm run calc` in this process: its example with changes, and what it refuses. */
import { z } from 'zod';
import { calculationNamed } from '../../scripts/lib/calc/catalogue.ts';
import { codesOf } from '../problems-of.ts';

export const run = (name: string, change: object = {}): unknown => {
  const { example, run: ask } = calculationNamed(name);
  return ask(JSON.parse(JSON.stringify({ ...fieldsOf(example), ...change })));
};

export const fieldsOf = (value: unknown) => z.record(z.string(), z.unknown()).parse(value);
export const exampleOf = (name: string) => fieldsOf(calculationNamed(name).example);

/** `CODE path` of each problem. */
export const refusalOf = (name: string, document: unknown): string[] =>
  codesOf(() => calculationNamed(name).run(document));
