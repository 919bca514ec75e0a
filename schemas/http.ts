/** What the HTTP interface answers: data, "not there yet", or problems; and what a caller may ask for in a query. */
import { z } from 'zod';
import { problemSchema } from './problem.ts';

export const problemsAnswerSchema = z.object({ ok: z.literal(false), problems: z.array(problemSchema) });

export const initializingSchema = z.object({ status: z.literal('initializing'), message: z.string() });

/** The envelope of an answer. */
export const answerOf = <S extends z.ZodType>(data: S) => z.object({ status: z.literal('ok'), data });

/** A row or a document whose inside belongs to the table it is from. */
export const documentSchema = z.record(z.string(), z.unknown());

export const PAGE_LIMIT_MAX = 500;

/** A whole number in a query, written in plain digits. Described as the number it is. */
export function countText(max: number, min = 1) {
  const error = `a whole number from ${min} to ${max}`;
  return z
    .string({ error })
    .refine((text) => /^\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max, { error })
    .transform(Number)
    .meta({ type: 'integer', minimum: min, maximum: max });
}

const ID_EXPECTED = 'letters, digits and any of . : @ # / _ -, at most 200';
/**
 * An id, a symbol or a name in a path or a query: what no name of ours has (quotes, spaces, control signs) is refused.
 */
export const idText = z.string({ error: ID_EXPECTED }).regex(/^[A-Za-z0-9.:@#/_-]{1,200}$/, { error: ID_EXPECTED });
