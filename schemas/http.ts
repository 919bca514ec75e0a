/** What the HTTP interface answers: data, "not there yet", or problems; and what a caller may ask for in a query. */
import { z } from 'zod';
import { problemSchema } from './problem.ts';

export const problemsAnswerSchema = z.object({ ok: z.literal(false), problems: z.array(problemSchema) });
export type ProblemsAnswer = z.infer<typeof problemsAnswerSchema>;

export const initializingSchema = z.object({ status: z.literal('initializing'), message: z.string() });

/** The envelope of an answer. */
export const answerOf = <S extends z.ZodType>(data: S) => z.object({ status: z.literal('ok'), data });

/** A row or a document whose inside belongs to the table it is from. */
export const documentSchema = z.record(z.string(), z.json());

export const PAGE_LIMIT_MAX = 500;

/** A whole number in a query, written in plain digits. */
export const countText = (max: number, min = 1) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
