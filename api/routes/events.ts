/**
 * The desk's events as they are committed. Server-sent events by default, `id` = sequence; a reader that comes
 * back with Last-Event-ID misses nothing. A reader that does not read is let go: nothing is buffered for it. Asked
 * for application/json, it answers a page instead.
 */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type DeskEvent, lastSequence, readEvents } from '../../db/events.ts';
import { answerOf, countText, documentSchema, PAGE_LIMIT_MAX } from '../../schemas/http.ts';
import type { ApiLimits, ApiParts } from '../parts.ts';
import { refusal } from '../refusal.ts';
import { PROBLEM_ANSWERS } from '../schemas.ts';
import type { Routes } from '../typed.ts';

const HEARTBEAT_MS = 15_000;

const eventSchema = z.object({
  sequence: z.int(),
  type: z.string(),
  payload: documentSchema,
  correlationId: z.string().nullable(),
  atMs: z.int(),
});

const querySchema = z.strictObject({
  after: countText(Number.MAX_SAFE_INTEGER, 0).optional(),
  limit: countText(PAGE_LIMIT_MAX).optional(),
});

export function eventRoutes(app: Routes, { db, feed, limits }: ApiParts): void {
  const readers = new Set<ServerResponse>();
  app.addHook('preClose', async () => {
    for (const reader of readers) reader.destroy();
  });
  const schema = {
    summary: 'Events after a sequence: a stream (text/event-stream), or a page when application/json is asked for',
    querystring: querySchema,
    response: {
      200: {
        description: 'Events, each as a line `data:` of a stream, or a page of them',
        content: {
          'application/json': { schema: answerOf(z.array(eventSchema)) },
          'text/event-stream': { schema: z.string() },
        },
      },
      ...PROBLEM_ANSWERS,
    },
  };
  app.get('/api/events', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { after, limit = PAGE_LIMIT_MAX } = request.query;
    if (wantsPage(request.headers.accept)) {
      const events = await readEvents(db, after ?? 0, limit);
      return {
        status: 'ok' as const,
        data: events.map((one) => ({ ...one, payload: JSON.parse(JSON.stringify(one.payload)) })),
      };
    }
    const from = await startOf(db, lastEventId(request.headers['last-event-id']) ?? after);
    if (readers.size >= limits.readersMax)
      throw refusal(503, 'STREAM_LIMIT', 'readers', readers.size, `fewer than ${limits.readersMax}`);
    reply.hijack();
    // Whoever left meanwhile never tells of it again, and would be kept for ever.
    if (reply.raw.destroyed) return;
    await stream(reply.raw, readers, limits, (signal) => feed.follow(from, signal));
  });
}

const wantsPage = (accept = ''): boolean =>
  accept.includes('application/json') && !accept.includes('text/event-stream');

function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  throw refusal(400, 'QUERY_RANGE', 'Last-Event-ID', header, 'the sequence of an event');
}

/** Where a reader begins. A sequence that this desk has not come to yet is of another book: whatever comes is news. */
async function startOf(db: ApiParts['db'], asked: number | undefined): Promise<number> {
  if (asked === undefined) return lastSequence(db);
  const last = await lastSequence(db).catch(() => asked);
  return Math.min(asked, last);
}

async function stream(
  response: ServerResponse,
  readers: Set<ServerResponse>,
  { unreadBytesMax, unreadMsMax }: ApiLimits,
  follow: (signal: AbortSignal) => AsyncGenerator<DeskEvent, void, void>,
): Promise<void> {
  const gone = new AbortController();
  readers.add(response);
  response.once('close', () => gone.abort());
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'self'",
    'X-Content-Type-Options': 'nosniff',
  });
  response.write(': events of the desk\n\n');
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
  try {
    for await (const event of follow(gone.signal)) {
      response.write(frameOf(event));
      if (response.writableLength > unreadBytesMax) await drained(response, gone.signal, unreadMsMax);
    }
  } finally {
    clearInterval(heartbeat);
    readers.delete(response);
    response.destroy();
  }
}

/** Readers share events, and so their text. */
const frames = new WeakMap<DeskEvent, string>();

function frameOf(event: DeskEvent): string {
  const { sequence, type } = event;
  const frame = frames.get(event) ?? `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
  frames.set(event, frame);
  return frame;
}

/** Waits for a slow reader, and lets it go when it reads nothing for too long. */
async function drained(response: ServerResponse, gone: AbortSignal, withinMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => response.destroy(), withinMs);
    const end = () => {
      clearTimeout(timer);
      response.off('drain', end);
      gone.removeEventListener('abort', end);
      resolve();
    };
    response.once('drain', end);
    gone.addEventListener('abort', end, { once: true });
  });
}
