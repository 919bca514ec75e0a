/** Vendors' answers against a schema: what does not fit becomes problems that name the place, none is passed over. */
import type { z } from 'zod';
import { type Problem, problem } from '../../schemas/problem.ts';
import { VendorFailure } from '../../schemas/vendor-failure.ts';

const PROBLEMS_MAX = 20;

/** @throws VendorFailure VENDOR_REPLY for each of the first mistakes */
export function parseReply<S extends z.ZodType>(schema: S, json: unknown, place: string): z.output<S> {
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new VendorFailure(parsed.error.issues.slice(0, PROBLEMS_MAX).map((issue) => problemOf(issue, place)));
}

const problemOf = ({ path, input, message }: z.core.$ZodIssue, place: string): Problem =>
  problem('VENDOR_REPLY', [place, ...path.map(String)].join(' '), input, message);
