/**
 * Reads a JSON body: strict, with the position of a mistake, without keys that reach into prototypes or stand twice,
 * without text that neither Postgres nor Temporal can keep, and no deeper than anything that is ever meant.
 */
import type { FastifyInstance } from 'fastify';
import { refusal } from './refusal.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const DEPTH_MAX = 64;
const REMOVE = 'remove it';

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

/** Undefined for a body without a sign. @throws Refusal 400 JSON_INVALID, JSON_FORBIDDEN_KEY, INPUT_TOO_LARGE */
export function parseBody(body: string): unknown {
  if (body === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    check(parsed);
    refuseDoubleKeys(body);
    return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const hint = `the mistake is at position ${mistakePosition(body)}`;
    throw refusal(400, 'JSON_INVALID', 'body', error.message, 'one JSON document', hint);
  }
}

/** A level at a time: neither a deep nor a wide document can exhaust the stack. */
function check(document: unknown): void {
  let level: readonly unknown[] = [document];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) throw refusal(400, 'INPUT_TOO_LARGE', 'body', `deeper than ${DEPTH_MAX}`, 'fewer levels');
    for (const one of level) if (typeof one === 'string') checkText(one);
    level = level.flatMap((one) => (Array.isArray(one) ? one : fieldsOf(one)));
  }
}

function fieldsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, inner]) => {
    const isObject = typeof inner === 'object' && inner !== null;
    if (key === '__proto__' || (key === 'constructor' && isObject && Object.hasOwn(inner, 'prototype'))) {
      throw refusal(400, 'JSON_FORBIDDEN_KEY', key, key, 'a name of a field', 'remove it');
    }
    checkText(key);
    return inner;
  });
}

/** What matters of a document that is valid: its strings, and where objects and lists begin and end. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/** Which of two values of one key is meant nobody knows: two readers of one body must not mean two things. */
function refuseDoubleKeys(body: string): void {
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (const [token] of body.matchAll(TOKENS)) {
    const names = open.at(-1) ?? null;
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ',' && isKey && names !== null) addKey(names, JSON.parse(token));
    isKey = token === '{' || token === ',';
  }
}

function addKey(names: Set<string>, key: string): void {
  if (names.has(key)) throw refusal(400, 'JSON_INVALID', 'body', key, 'each key once in an object', REMOVE);
  names.add(key);
}

function checkText(text: string): void {
  if (LONE_SURROGATE.test(text)) {
    throw refusal(400, 'JSON_INVALID', 'body', 'half of a surrogate pair', 'text of whole characters', REMOVE);
  }
  if (text.includes('\0'))
    throw refusal(400, 'JSON_INVALID', 'body', 'the character U+0000', 'text without it', REMOVE);
}

/** How many signs could still be the beginning of a document: the first one that could not stands there. */
function mistakePosition(body: string): number {
  let [sound, broken] = [0, body.length + 1];
  while (broken - sound > 1) {
    const middle = (sound + broken) >> 1;
    if (isBeginning(body.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  return sound;
}

/** Whether a text is a document, or becomes one when something follows. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /position (\d+)/.exec(message)?.[1];
    return (
      message.startsWith('Unexpected end') || message.startsWith('Unterminated') || Number(position) === text.length
    );
  }
}
