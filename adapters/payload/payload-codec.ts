/**
 * Payloads on their way to the Temporal server and back: AES-256-GCM, a random nonce each, the metadata authenticated.
 * With a key it is strict: what is not encrypted by one of its keys is refused, plain text too. Without one it lets
 * plain text through, and says which key an encrypted payload wants.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';

const CIPHER = 'aes-256-gcm';
const ENCODING = 'binary/encrypted';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
/** Enough to tell keys apart, too little to tell anything of them. */
const ID_DIGITS = 16;

/** A payload that cannot be read. The text begins with one of the codes PAYLOAD_PLAIN, PAYLOAD_KEY, PAYLOAD_CHANGED. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused';
}

type Key = { readonly id: string; readonly bytes: Uint8Array };

/** `keys`: 32 bytes each; the first encrypts, all decrypt. None: plain text. */
export function createPayloadCodec(keys: readonly Uint8Array[]): PayloadCodec {
  const named = keys.map((bytes): Key => ({ id: keyIdOf(bytes), bytes }));
  const [first] = named;
  return {
    encode: async (payloads) => (first === undefined ? payloads : payloads.map((one) => encrypt(first, one))),
    decode: async (payloads) => payloads.map((one) => decrypt(named, one)),
  };
}

/** The name of a key, which travels with what it encrypts. */
export const keyIdOf = (bytes: Uint8Array): string =>
  createHash('sha256').update('quarterdeck payload key').update(bytes).digest('hex').slice(0, ID_DIGITS);

function encrypt(key: Key, payload: Payload): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(labelOf(key.id));
  const data = Buffer.concat([nonce, cipher.update(pack(payload)), cipher.final(), cipher.getAuthTag()]);
  return { metadata: metadataOf(key.id), data };
}

const metadataOf = (keyId: string): Record<string, Uint8Array> => ({
  encoding: utf8(ENCODING),
  'encryption-cipher': utf8(CIPHER),
  'encryption-key-id': utf8(keyId),
});

/** What is authenticated beside the text itself: all of the metadata. */
const labelOf = (keyId: string): Uint8Array => utf8(JSON.stringify([ENCODING, CIPHER, keyId]));

function decrypt(keys: readonly Key[], payload: Payload): Payload {
  const metadata = payload.metadata ?? {};
  if (textOf(metadata.encoding) !== ENCODING) {
    if (keys.length === 0) return payload;
    throw new PayloadRefused('PAYLOAD_PLAIN a payload is not encrypted, and PAYLOAD_KEY is set: plain text is refused');
  }
  const id = textOf(metadata['encryption-key-id']);
  const key = keys.find((one) => one.id === id);
  if (key === undefined) throw new PayloadRefused(`PAYLOAD_KEY a payload is encrypted with ${wanted(id, keys)}`);
  if (Object.keys(metadata).length !== 3 || textOf(metadata['encryption-cipher']) !== CIPHER) throw changed();
  return unpack(opened(key, payload.data ?? new Uint8Array()));
}

const wanted = (id: string, keys: readonly Key[]): string => {
  const shown = /^[0-9a-f]{16}$/.test(id) ? id : 'a key without a name';
  if (keys.length === 0) return `key ${shown}, and PAYLOAD_KEY is not set`;
  return `key ${shown}, PAYLOAD_KEY has ${keys.map((one) => one.id).join(', ')}`;
};

const changed = (): PayloadRefused => new PayloadRefused('PAYLOAD_CHANGED an encrypted payload was changed on its way');

function opened(key: Key, data: Uint8Array): Buffer {
  if (data.length < NONCE_BYTES + TAG_BYTES) throw changed();
  const end = data.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key.bytes, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(labelOf(key.id));
  decipher.setAuthTag(data.subarray(end));
  try {
    return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, end)), decipher.final()]);
  } catch {
    throw changed();
  }
}

type Head = { readonly metadata: Readonly<Record<string, string>> | null; readonly hasData: boolean };

/** Length of the head, head, data. The head is JSON with the metadata in base64. */
function pack({ metadata, data }: Payload): Buffer {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const isNone = metadata === null || metadata === undefined;
  const head: Head = { metadata: isNone ? null : Object.fromEntries(entries), hasData: (data ?? null) !== null };
  const text = utf8(JSON.stringify(head));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, data ?? new Uint8Array()]);
}

/** What was authenticated was packed here: its form is known. */
function unpack(packed: Buffer): Payload {
  const end = LENGTH_BYTES + packed.readUInt32BE();
  const { metadata, hasData }: Head = JSON.parse(packed.toString('utf8', LENGTH_BYTES, end));
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, bytesOf(Buffer.from(value, 'base64'))]);
  return {
    ...(metadata === null ? {} : { metadata: Object.fromEntries(entries) }),
    ...(hasData ? { data: bytesOf(packed.subarray(end)) } : {}),
  };
}

const bytesOf = (buffer: Buffer): Uint8Array => Uint8Array.from(buffer);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes ?? new Uint8Array());
