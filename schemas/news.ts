/**
 * One piece of news as a source told it. `knownAtMs` is when this desk learned it: nothing may be decided on it before,
 * however early it was published. The text comes from outside and is data, never an instruction.
 */
import { z } from 'zod';

export const HEADLINE_LENGTH_MAX = 500;
export const SUMMARY_LENGTH_MAX = 4_000;
export const NEWS_SYMBOLS_MAX = 50;

export const newsItemSchema = z
  .strictObject({
    source: z.string().min(1).max(100),
    url: z.string().max(2_000).nullable(),
    headline: z.string().min(1).max(HEADLINE_LENGTH_MAX),
    summary: z.string().max(SUMMARY_LENGTH_MAX),
    symbols: z.array(z.string().regex(/^[A-Z0-9][A-Z0-9.:/-]{0,29}$/)).max(NEWS_SYMBOLS_MAX),
    publishedAtMs: z.number().int(),
    knownAtMs: z.number().int(),
    /** A post of a person, which weighs half. */
    social: z.boolean(),
  })
  .refine((item) => item.knownAtMs >= item.publishedAtMs, { path: ['knownAtMs'], message: 'not before publishedAtMs' });
export type NewsItem = z.infer<typeof newsItemSchema>;
