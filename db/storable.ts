/**
 * Postgres refuses NUL in its texts and half a surrogate pair in its JSON, and what comes from outside may hold both:
 * in a parameter they become U+FFFD. Text without them goes as it is, at the cost of one look at it.
 */
import type pg from 'pg';
import { storableText } from '../schemas/storable-text.ts';

/** A value as JSON text for a parameter: the one way JSON leaves for the database. */
export const jsonText = (value: unknown): string => storableJson(JSON.stringify(value));

/** A value as it will be read again; itself where nothing of it has to change. For what is hashed beside it. */
export function asStored<T>(value: T): T {
  const json = JSON.stringify(value);
  const stored = storableJson(json);
  return stored === json ? value : (JSON.parse(stored) as T);
}

/** Every escape, so that an escaped backslash takes the sign behind it along; half a pair is always written as one. */
const ESCAPES = /\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g;

const storableJson = (json: string): string =>
  json.includes('\\u') ? json.replace(ESCAPES, (whole, name: string) => (name.length > 1 ? '\ufffd' : whole)) : json;

/** Has a connection send only what can be stored; half a pair in plain text becomes U+FFFD when it is encoded. */
export function sendStorable(client: pg.PoolClient): void {
  const ask = client.query.bind(client) as (...words: readonly unknown[]) => unknown;
  const query = (text: unknown, values: unknown, ...more: readonly unknown[]): unknown =>
    ask(text, Array.isArray(values) ? values.map(storable) : values, ...more);
  Object.assign(client, { query });
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? storableText(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value;
  return Array.isArray(value) ? value.map(storable) : jsonText(value);
}
