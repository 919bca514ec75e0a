/**
 * The HTTP side of the venue: keys, rate limit, and every way to misbehave, in the order in which they hit a request:
 * slow, cut before, status before, [the effect and its journal], cut after, status after, garbage.
 * No reply leaves before everything that it could tell of is on the disk.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { viewBook } from './book-view.ts';
import { answerControl } from './control-routes.ts';
import { type Exchange, type Service, send } from './exchange.ts';
import { expireDue } from './match-orders.ts';
import { failsAfter, failsBefore } from './misbehave.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { readBody } from './read-body.ts';
import { type Reply, refuse } from './reply.ts';
import { findRoute } from './routes.ts';
import { refusal } from './venue-order.ts';
import { type AccountBook, bookOf } from './venue-state.ts';

export function createVenueServer(service: Service): Server {
  const limit = createRateLimit();
  return createServer((request, response) => {
    const exchange = { request, response, url: new URL(request.url ?? '/', 'http://venue') };
    const answered = exchange.url.pathname.startsWith('/control/')
      ? serveControl(service, exchange)
      : serveApi(service, limit, exchange);
    answered.catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      process.stderr.write(`venue: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) send(service, exchange, refuse(refusal(500, 50010000, 'internal server error')));
    });
  });
}

/** A browser's page or a rebound name must not steer it: loopback names only, and no Origin. */
async function serveControl(service: Service, exchange: Exchange): Promise<void> {
  const { request, url } = exchange;
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const isOurs = ['127.0.0.1', 'localhost', '[::1]'].includes(host) && request.headers.origin === undefined;
  if (!isOurs) return send(service, exchange, refuse(refusal(403, 40310000, 'the control side is for loopback only')));
  const body = await readBody(request);
  const name = url.pathname.slice('/control/'.length);
  const reply = body === undefined ? malformed() : answerControl(service.control, request.method ?? 'GET', name, body);
  await service.engine.journal.synced();
  send(service, exchange, reply ?? refuse(refusal(404, 40410000, 'endpoint not found')));
}

async function serveApi(service: Service, limit: RateLimit, exchange: Exchange): Promise<void> {
  const { engine, stats } = service;
  const { request, response, url } = exchange;
  const body = await readBody(request);
  stats.requests += 1;
  const book = authorize(service, request);
  if (book === null) return send(service, exchange, refuse(refusal(401, 40110000, 'request is not authorized')));
  if (isOverLimit(service, limit, book, response)) {
    return send(service, exchange, refuse(refusal(429, 42910000, 'rate limit exceeded')));
  }
  const { slowMs } = engine.faults.rates();
  if (slowMs > 0) await sleep(Math.round(slowMs * engine.faults.uniform('slow')));
  const found = findRoute(request.method ?? 'GET', url.pathname);
  if (found === null) return send(service, exchange, refuse(refusal(404, 40410000, 'endpoint not found')));
  if (failsBefore(service, exchange, found.route.isEffect)) return;
  const { route, name } = found;
  const reply =
    body === undefined
      ? malformed()
      : engine.transact(() => {
          expireDue(engine, book);
          const view = viewBook(book, route.isEffect ? Number.POSITIVE_INFINITY : readAsOf(service));
          return route.answer({ engine, book, view, query: url.searchParams, body, name });
        });
  await engine.journal.synced();
  if (!failsAfter(service, exchange, route.isEffect)) send(service, exchange, reply);
}

const malformed = (): Reply => refuse(refusal(400, 40010000, 'request body format is invalid'));

function authorize({ accesses, engine }: Service, { headers }: IncomingMessage): AccountBook | null {
  const found = accesses.find(
    ({ key, secret }) => headers['apca-api-key-id'] === key && headers['apca-api-secret-key'] === secret,
  );
  return found === undefined ? null : bookOf(engine.state, found.account);
}

function isOverLimit({ engine, stats }: Service, limit: RateLimit, book: AccountBook, response: ServerResponse) {
  const perMinute = engine.faults.rates().rateLimitPerMinute;
  if (perMinute === 0) return false;
  const { remaining, resetAtMs, retryAfterMs } = limit.take(book.account, perMinute, Date.now());
  response.setHeader('X-RateLimit-Limit', perMinute);
  response.setHeader('X-RateLimit-Remaining', remaining);
  response.setHeader('X-RateLimit-Reset', Math.ceil(resetAtMs / 1000));
  if (retryAfterMs === null) return false;
  response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  stats.rateLimited += 1;
  return true;
}

/** How long ago the reading side stands for this one request. */
function readAsOf({ engine, stats }: Service): number {
  const { readLagMs } = engine.faults.rates();
  if (readLagMs === 0) return Number.POSITIVE_INFINITY;
  stats.laggedReads += 1;
  return engine.nowMs() - readLagMs * engine.faults.uniform('lag');
}
