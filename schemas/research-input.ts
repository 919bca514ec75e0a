/** Parses the input of a run of research with the rules that one field alone cannot tell: ids and ranges of time. */
import type { z } from 'zod';
import { parseInput } from './parse-input.ts';
import { type Problem, problem } from './problem.ts';

const RUN_ID_PATTERN = /^[a-z0-9-]{1,64}$/;

/** A schedule starts its workflows with the time of the start behind the id. */
const SCHEDULED_AT = /-\d{4}-\d{2}-\d{2}T[\d:]+Z$/;

/**
 * @param workflowId `<prefix>:<id>`, the id of small letters, digits and dashes
 * @throws InvalidInput with all problems
 */
export function parseRunInput<S extends z.ZodType>(
  schema: S,
  raw: unknown,
  { prefix, workflowId, nowMs }: { readonly prefix: string; readonly workflowId: string; readonly nowMs: number },
): z.output<S> {
  return parseInput(schema, raw === undefined || raw === null ? {} : raw, (value) => [
    ...idProblems(prefix, workflowId),
    ...rangeProblems(value, nowMs),
  ]);
}

function idProblems(prefix: string, workflowId: string): Problem[] {
  const id = workflowId.startsWith(`${prefix}:`) ? workflowId.slice(prefix.length + 1).replace(SCHEDULED_AT, '') : '';
  if (RUN_ID_PATTERN.test(id)) return [];
  const expected = `${prefix}:<id>, the id of small letters, digits and dashes, at most 64 characters`;
  return [problem('INPUT_ID', 'workflowId', workflowId, expected)];
}

function rangeProblems(raw: unknown, nowMs: number): Problem[] {
  const { from, to }: { from?: unknown; to?: unknown } = typeof raw === 'object' && raw !== null ? raw : {};
  const [fromMs, toMs] = [instantOf(from), instantOf(to)];
  const problems: Problem[] = [];
  if (fromMs > nowMs) problems.push(problem('INPUT_RANGE', 'from', from, 'an instant in the past'));
  if (fromMs >= toMs) problems.push(problem('INPUT_RANGE', 'to', to, `an instant after from (${String(from)})`));
  return problems;
}

/** NaN compares as false: what is no instant has its own problem. */
const instantOf = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);
