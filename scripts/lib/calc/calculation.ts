/**
 * What every name of `npm run calc` is made of: a schema of its input, a valid example, and the call of the very
 * domain function the product calls. Nothing is computed here; prices and money come and go as decimal strings.
 */
import type { z } from 'zod';
import { parseInput } from '../../../schemas/parse-input.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';

export type Calculation = {
  readonly name: string;
  /** One line for the list of names. */
  readonly about: string;
  readonly schema: z.ZodType;
  /** A document that the schema accepts. */
  readonly example: unknown;
  /** @throws InvalidInput with every mistake of the document */
  readonly run: (document: unknown) => unknown;
};

type Parts<S extends z.ZodType> = {
  readonly name: string;
  readonly about: string;
  readonly schema: S;
  readonly example: z.input<S>;
  readonly answer: (input: z.output<S>) => unknown;
};

export const calculation = <S extends z.ZodType>({ answer, ...parts }: Parts<S>): Calculation => ({
  ...parts,
  run: (document) => withoutRangeErrors(() => answer(parseInput(parts.schema, document))),
});

/** The domain refuses numbers that have no answer (a liquidation price at no margin) with a RangeError. */
function withoutRangeErrors(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidInput([problem('INPUT_RANGE', '', error.message, 'numbers that have an answer')]);
  }
}
