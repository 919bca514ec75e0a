/** Checks what a request carries against its zod schema and tells every mistake in the one shape of a problem. */
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { parseInput } from '../schemas/parse-input.ts';
import { type Problem, problem } from '../schemas/problem.ts';
import { Refusal } from './refusal.ts';

type Checked = { value: unknown } | { error: Error };

export const validate: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown): Checked => {
    const parsed = schema.safeParse(data, { reportInput: true });
    if (parsed.success) return { value: parsed.data };
    return {
      error:
        httpPart === 'body'
          ? bodyError(schema, data)
          : new Refusal(400, parsed.error.issues.flatMap(httpPart === 'params' ? pathProblem : queryProblems)),
    };
  };

function bodyError(schema: z.ZodType, data: unknown): Error {
  try {
    parseInput(schema, data ?? {});
    return new Refusal(400, [problem('INPUT_TYPE', 'body', data, 'a JSON object')]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A query where none is taken: what nobody heeds must not look heeded, such as `stop?flatten=true`. */
export function refuseUnheededQueries(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ is404, query, routeOptions: { url, schema } }) => {
    if (is404 || url?.startsWith('/api/') !== true || schema?.querystring !== undefined) return;
    const problems = Object.keys(Object(query)).map(unknownName);
    if (problems.length > 0) throw new Refusal(400, problems);
  });
}

const unknownName = (key: string): Problem =>
  problem('QUERY_UNKNOWN', key, key, 'a name of /openapi.json', 'remove it; a command takes its fields in the body');

const pathProblem = (issue: z.core.$ZodIssue): Problem =>
  problem('INPUT_ID', String(issue.path[0] ?? ''), issue.input, issue.message);

/** One problem a name that is not known, and one for each value that is out of its range or not on its list. */
function queryProblems(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(unknownName);
  }
  const name = String(issue.path[0] ?? '');
  const isList = issue.code === 'invalid_value';
  const expected = isList ? `one of ${issue.values.map(String).join(', ')}` : issue.message;
  return [problem(isList ? 'QUERY_ENUM' : 'QUERY_RANGE', name, issue.input, expected)];
}
