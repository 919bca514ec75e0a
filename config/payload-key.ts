/**
 * Keys that encrypt what travels through the Temporal server: a comma list, 32 bytes each, in hex or base64. The first
 * encrypts, all of them decrypt, so a key is changed by putting a new one in front. No message shows a key.
 */
import { type Problem, problem } from '../schemas/problem.ts';

const KEY_BYTES = 32;
const HEX = /^[0-9a-fA-F]{64}$/;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;
const HINT = 'openssl rand -hex 32 prints one; leave it out and payloads are not encrypted';

/** Empty without a text. Keys that cannot be read are left out; `payloadKeyProblems` names them. */
export const payloadKeysOf = (text: string | undefined): Uint8Array[] =>
  partsOf(text).flatMap((part) => keyOf(part) ?? []);

/** Every mistake in the list, by its place in it. */
export function payloadKeyProblems(path: string, text: string | undefined): Problem[] {
  const parts = partsOf(text);
  return parts.flatMap((part, index) => {
    const at = parts.length === 1 ? path : `${path}[${index}]`;
    const got = `${part.length} characters`;
    if (keyOf(part) === null) {
      return [problem('CONFIG_VALUE', at, got, '32 bytes as 64 hex digits or 44 characters of base64', HINT)];
    }
    const isAgain = parts.slice(0, index).some((one) => same(keyOf(one), keyOf(part)));
    return isAgain ? [problem('CONFIG_VALUE', at, got, 'each key once', 'leave out the second')] : [];
  });
}

const partsOf = (text: string | undefined): string[] =>
  text === undefined || text === '' ? [] : text.split(',').map((part) => part.trim());

function keyOf(part: string): Uint8Array | null {
  if (HEX.test(part)) return Uint8Array.from(Buffer.from(part, 'hex'));
  if (!BASE64.test(part)) return null;
  const bytes = Uint8Array.from(Buffer.from(part, 'base64'));
  return bytes.length === KEY_BYTES ? bytes : null;
}

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a !== null && b !== null && Buffer.from(a).equals(Buffer.from(b));
