/**
 * Every failure as a list of problems: refusals with their status, mistakes of ours as an id that is found in the log.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { isUnreachable } from '../db/unreachable.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { Refusal } from './refusal.ts';

type Known = { readonly statusCode: number; readonly problems: readonly Problem[] };

const METHODS = ['GET', 'POST', 'PATCH'] as const;

export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const known = knownProblems(error);
    if (known !== null) return answer(reply, known);
    const id = randomUUID();
    request.log.error({ id, err: error }, 'a request failed');
    return answer(reply, isUnreachable(error) ? POSTGRES_DOWN : internal(id));
  });
  app.setNotFoundHandler(async ({ method, url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    const allowed = METHODS.filter((one) => isRoute(app, one, path));
    const missing = problem('NOT_FOUND', 'path', path, 'a path of /openapi.json');
    if (allowed.length === 0) return answer(reply, { statusCode: 404, problems: [missing] });
    void reply.header('Allow', allowed.join(', '));
    const expected = allowed.join(' or ');
    return answer(reply, { statusCode: 405, problems: [problem('METHOD_NOT_ALLOWED', 'method', method, expected)] });
  });
}

/** Addresses that cannot be read, which never reach a route. */
export function answerFrameworkError(error: FastifyError, reply: FastifyReply): void {
  void answer(reply, knownProblems(error) ?? internal(randomUUID()));
}

const POSTGRES_DOWN: Known = {
  statusCode: 503,
  problems: [problem('POSTGRES_DOWN', 'postgres', 'no answer', 'an answer', 'see npm run doctor')],
};

const internal = (id: string): Known => ({
  statusCode: 500,
  problems: [problem('INTERNAL', '', id, 'no error', `look for ${id} in the log`)],
});

const answer = (reply: FastifyReply, { statusCode, problems }: Known) =>
  reply.code(statusCode).type('application/json').send({ ok: false, problems });

const ID_PART = /^(\/api\/[a-z]+\/)[^/]+/;

const isRoute = (app: FastifyInstance, method: string, url: string): boolean =>
  app.hasRoute({ method, url }) || app.hasRoute({ method, url: url.replace(ID_PART, '$1:id') });

function knownProblems(error: FastifyError): Known | null {
  if (error instanceof Refusal) return error;
  if (error instanceof InvalidInput) return { statusCode: 400, problems: error.problems };
  const { statusCode = 500 } = error;
  const known = REFUSED_BY_FASTIFY[statusCode];
  if (known === undefined) return null;
  const [code, expected] = known;
  return { statusCode, problems: [problem(code, 'request', error.message, expected)] };
}

/** What the server refuses before a route is reached. */
const REFUSED_BY_FASTIFY: Readonly<Record<number, readonly [string, string]>> = {
  400: ['REQUEST_INVALID', 'a valid request'],
  404: ['NOT_FOUND', 'a path of /openapi.json'],
  408: ['REQUEST_TIMEOUT', 'a whole request within 10 s'],
  413: ['INPUT_TOO_LARGE', 'a body of at most 256 KiB'],
  414: ['PATH_TOO_LONG', 'a shorter path'],
  415: ['CONTENT_TYPE', 'application/json'],
};
