/**
 * The codec of payloads: what travels can be read with nothing but its key and the standard, and refusals name the key.
 */
import { randomBytes, webcrypto } from 'node:crypto';
import { expect, it } from 'vitest';
import { createPayloadCodec, keyIdOf } from '../../../adapters/payload/payload-codec.ts';

const KEY = randomBytes(32);
const PLAIN = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"symbol":"BTC/USDT"}') };

async function sentWith(key: Uint8Array) {
  const [sent] = await createPayloadCodec([key]).encode([PLAIN]);
  if (sent?.data === undefined || sent.data === null) throw new Error('nothing was encoded');
  return { ...sent, data: sent.data };
}

it('is AES-256-GCM as another implementation reads it: nonce, text and tag, metadata authenticated', async () => {
  const { metadata, data } = await sentWith(KEY);
  const texts = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()]);
  expect(Object.fromEntries(texts)).toEqual({
    encoding: 'binary/encrypted',
    'encryption-cipher': 'aes-256-gcm',
    'encryption-key-id': keyIdOf(KEY),
  });
  const key = await webcrypto.subtle.importKey('raw', KEY, 'AES-GCM', false, ['decrypt']);
  const additionalData = Buffer.from(JSON.stringify(['binary/encrypted', 'aes-256-gcm', keyIdOf(KEY)]));
  const how = { name: 'AES-GCM', iv: data.subarray(0, 12), additionalData };
  const text = Buffer.from(await webcrypto.subtle.decrypt(how, key, data.subarray(12))).toString();
  expect(text.endsWith('{"symbol":"BTC/USDT"}')).toBe(true);
});

it('says which key a payload wants, and never shows a key', async () => {
  const sent = await sentWith(KEY);
  const other = randomBytes(32);
  await expect(createPayloadCodec([]).decode([sent])).rejects.toThrow(
    `PAYLOAD_KEY a payload is encrypted with key ${keyIdOf(KEY)}, and PAYLOAD_KEY is not set`,
  );
  await expect(createPayloadCodec([other]).decode([sent])).rejects.toThrow(
    `PAYLOAD_KEY a payload is encrypted with key ${keyIdOf(KEY)}, PAYLOAD_KEY has ${keyIdOf(other)}`,
  );
  expect(keyIdOf(KEY)).toMatch(/^[0-9a-f]{16}$/);
  expect(KEY.toString('hex').includes(keyIdOf(KEY))).toBe(false);
});

it('refuses a payload that is cut, or that carries more than belongs to it', async () => {
  const sent = await sentWith(KEY);
  const codec = createPayloadCodec([KEY]);
  for (const length of [0, 11, 27, sent.data.length - 1]) {
    await expect(codec.decode([{ ...sent, data: sent.data.subarray(0, length) }])).rejects.toThrow(/^PAYLOAD_CHANGED/);
  }
  const more = { ...sent, metadata: { ...sent.metadata, messageType: Buffer.from('x') } };
  await expect(codec.decode([more])).rejects.toThrow(/^PAYLOAD_CHANGED/);
});

it('without a key leaves payloads as they are', async () => {
  const codec = createPayloadCodec([]);
  expect(await codec.encode([PLAIN])).toEqual([PLAIN]);
  expect(await codec.decode([PLAIN])).toEqual([PLAIN]);
});
