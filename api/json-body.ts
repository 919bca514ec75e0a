/** Reads a JSON body: strict, with the position of a mistake, without keys that reach into prototypes. */
import type { FastifyInstance } from 'fastify';
import { refusal } from './refusal.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string | Buffer) => parseBody(body.toString()),
  );
  app.addHook('preParsing', async (request, _reply, payload) => {
    const type = request.headers['content-type'];
    const hasBody = Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
    if (hasBody && !/^application\/json\s*(;|$)/i.test(type ?? '')) {
      throw refusal(415, 'CONTENT_TYPE', 'Content-Type', type, 'application/json');
    }
    return payload;
  });
}

/** @throws Refusal 400 JSON_INVALID */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body, checked);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal(400, 'JSON_INVALID', 'body', error.message, 'one JSON document', positionOf(error.message, body));
  }
}

function checked(key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null;
  if (key === '__proto__' || (key === 'constructor' && isObject && Object.hasOwn(value, 'prototype'))) {
    throw refusal(400, 'JSON_FORBIDDEN_KEY', key, key, 'a name of a field', 'remove it');
  }
  if (LONE_SURROGATE.test(key) || (typeof value === 'string' && LONE_SURROGATE.test(value))) {
    throw refusal(400, 'JSON_INVALID', 'body', 'half of a surrogate pair', 'text of whole characters');
  }
  return value;
}

function positionOf(message: string, body: string): string {
  const position = /position (\d+)/.exec(message)?.[1] ?? String(body.length);
  return `the mistake is at position ${position}`;
}
