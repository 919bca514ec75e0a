/**
 * Property 10, encrypted payloads: what is encrypted reads back as it was, under every key of the list; what was
 * changed in any one byte, of data or metadata, is refused; and nothing of it can be read by the way.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { createPayloadCodec, PayloadRefused } from '../../adapters/payload/payload-codec.ts';
import { itHolds, type Mark } from './property.ts';

type Codec = typeof createPayloadCodec;
type Plain = { readonly metadata?: Readonly<Record<string, Uint8Array>>; readonly data?: Uint8Array };
type Case = {
  readonly plain: Plain;
  readonly keys: readonly Uint8Array[];
  /** Of all bytes that travel: which is changed, and how. */
  readonly at: number;
  readonly by: number;
};
type Kind = 'no data' | 'long data' | 'data changed' | 'metadata changed' | 'an old key';

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const cases: fc.Arbitrary<Case> = fc.record({
  plain: fc.record(
    {
      metadata: fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), bytes(0, 12), { maxKeys: 3 }),
      data: fc.oneof(bytes(0, 40), bytes(100, 300)),
    },
    { requiredKeys: [] },
  ),
  keys: fc.uniqueArray(bytes(32, 32), { minLength: 1, maxLength: 3, selector: String }),
  at: fc.nat(10_000),
  by: fc.integer({ min: 1, max: 255 }),
});

async function returnsAndRefuses(make: Codec, { plain, keys, at, by }: Case, mark: Mark<Kind>): Promise<void> {
  const [first] = keys;
  if (first === undefined) return;
  const [sent] = await make([first]).encode([plain]);
  if (sent === undefined) return expect.fail('nothing was encoded');
  const [read] = await make(keys.toReversed()).decode([sent]);
  expect(read).toEqual(plain);
  const [again] = await make([first]).encode([plain]);
  expect(Buffer.from(again?.data ?? []).equals(Buffer.from(sent.data ?? []))).toBe(false);
  const { data = new Uint8Array() } = plain;
  if (data.length >= 8) expect(Buffer.from(sent.data ?? []).includes(Buffer.from(data))).toBe(false);
  const wasChanged = changedAt(sent, at, by);
  await expect(make(keys).decode([wasChanged.payload])).rejects.toThrow(PayloadRefused);
  await expect(make(keys).decode([plain])).rejects.toThrow(/^PAYLOAD_PLAIN/);
  mark(wasChanged.isData ? 'data changed' : 'metadata changed');
  if (plain.data === undefined) mark('no data');
  if (data.length >= 100) mark('long data');
  if (keys.length > 1) mark('an old key');
}

type Sent = { metadata?: Record<string, Uint8Array> | null; data?: Uint8Array | null };

/** One byte of everything that travels is another one: half of the time in the data. */
function changedAt(sent: Sent, at: number, by: number): { readonly payload: Sent; readonly isData: boolean } {
  const parts: [string | null, Uint8Array][] = Object.entries(sent.metadata ?? {});
  const isData = at % 2 === 0;
  const [name, bytesOf] = isData ? [null, sent.data ?? new Uint8Array()] : (parts[at % parts.length] ?? [null, null]);
  if (bytesOf === null) throw new Error('nothing to change');
  const copy = Uint8Array.from(bytesOf);
  const place = Math.floor(at / 2) % copy.length;
  copy[place] = (copy[place] ?? 0) ^ by;
  if (name === null) return { payload: { ...sent, data: copy }, isData };
  return { payload: { ...sent, metadata: { ...sent.metadata, [name]: copy } }, isData };
}

const decoding = (change: (codec: ReturnType<Codec>, keys: readonly Uint8Array[]) => ReturnType<Codec>): Codec =>
  ((keys) => change(createPayloadCodec(keys), keys)) as Codec;

itHolds<Codec, Case, Kind>({
  name: 'property 10, encrypted payloads',
  cases,
  holds: returnsAndRefuses,
  kinds: ['no data', 'long data', 'data changed', 'metadata changed', 'an old key'],
  subject: createPayloadCodec,
  faults: {
    'plain text is let through': decoding((codec, keys) => ({
      ...codec,
      decode: async (payloads) =>
        payloads.every((one) => Buffer.from(one.metadata?.encoding ?? []).toString() !== 'binary/encrypted')
          ? payloads
          : createPayloadCodec(keys).decode(payloads),
    })),
    'only the newest key decrypts': decoding((codec, keys) => ({
      ...codec,
      decode: (payloads) => createPayloadCodec(keys.slice(0, 1)).decode(payloads),
    })),
    'the cipher is not authenticated': decoding((codec) => ({
      ...codec,
      decode: (payloads) =>
        codec.decode(
          payloads.map((one) => ({
            ...one,
            metadata: { ...one.metadata, 'encryption-cipher': Buffer.from('aes-256-gcm') },
          })),
        ),
    })),
    'nothing is encrypted': decoding((codec) => ({ ...codec, encode: async (payloads) => payloads })),
  },
});
