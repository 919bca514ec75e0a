/**
 * Who may call, before anything is read: the Host header is ours, no page of another origin changes anything, the token
 * is in the Authorization header and nowhere else. Only health and the description of the interface are open to anyone;
 * a token of one account reaches what accounts own and nothing else.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiParts, Caller } from './parts.ts';
import { notFound, refusal } from './refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: nobody, on a path that is open. */
    caller: Caller | null;
    /** The account that this caller is limited to; null: the whole desk. */
    accountId: string | null;
  }
}

const OPEN = new Set(['/healthz', '/readyz', '/openapi.json']);
const OF_ACCOUNTS = /^\/api\/(accounts|approvals|decisions|orders|positions|sessions)(\/|$)/;
const READING = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const OVERRIDES = ['x-http-method-override', 'x-method-override', 'x-http-method'] as const;

export function guard(app: FastifyInstance, parts: ApiParts): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('accountId', null);
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request, parts.hostsAllowed);
    checkOrigin(request);
    request.caller = callerOf(request.headers.authorization, parts.callers());
    const path = request.url.split('?', 1)[0] ?? '';
    if (request.caller === null && !OPEN.has(path)) {
      throw refusal(401, 'AUTH_REQUIRED', 'Authorization', 'no valid token', 'Bearer <token of .data/token>');
    }
    // Fastify answers it otherwise than the methods that no route has.
    if (request.method === 'QUERY') {
      void reply.header('Allow', 'GET, POST, PATCH');
      throw refusal(405, 'METHOD_NOT_ALLOWED', 'method', request.method, 'GET, POST or PATCH');
    }
    checkOverride(request);
    request.accountId = request.caller?.accountId ?? null;
    if (request.accountId !== null && !OPEN.has(path) && !OF_ACCOUNTS.test(path)) {
      throw notFound('path', path, "a path of this account, or the desk's own token");
    }
  });
}

/** Against pages that make a browser call us under another name (DNS rebinding). */
function checkHost({ headers }: FastifyRequest, allowed: readonly string[]): void {
  const host = (headers.host ?? '').toLowerCase();
  if (allowed.includes(host)) return;
  throw refusal(421, 'HOST_NOT_ALLOWED', 'Host', host, `one of ${allowed.join(', ')}`);
}

function checkOverride({ headers }: FastifyRequest): void {
  const name = OVERRIDES.find((one) => headers[one] !== undefined);
  if (name === undefined) return;
  throw refusal(405, 'METHOD_NOT_ALLOWED', name, headers[name], 'the method itself', 'leave the header out');
}

function checkOrigin({ method, headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (READING.has(method) || origin === undefined) return;
  if (origin === `http://${host}` || origin === `https://${host}`) return;
  throw refusal(403, 'ORIGIN_NOT_ALLOWED', 'Origin', origin, 'this server itself');
}

/** Null when no token fits; takes the same time whatever is wrong with it. */
function callerOf(authorization: string | undefined, callers: readonly Caller[]): Caller | null {
  const given = Buffer.from(/^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? '')?.[1] ?? '');
  let found: Caller | null = null;
  for (const caller of callers) {
    const token = Buffer.from(caller.token);
    if (token.length === given.length && timingSafeEqual(token, given)) found = caller;
  }
  return found;
}
