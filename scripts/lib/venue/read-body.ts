/**
 * Reads a request's body as a JSON object. None at all is `{}`; undefined is one that cannot be read or is too long.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

const LENGTH_MAX = 262_144;
const objectSchema = z.record(z.string(), z.unknown());

export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    length += bytes.length;
    if (length <= LENGTH_MAX) parts.push(bytes);
  }
  if (length > LENGTH_MAX) return undefined;
  const text = Buffer.concat(parts).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return objectSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
