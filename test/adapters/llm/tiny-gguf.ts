/**
 * Writes the smallest model file that loads: GGUF v3, architecture llama, one block, 300 tokens of vocabulary, seeded
 * random weights. It knows nothing; under a grammar it still writes valid JSON.
 */
import { writeFileSync } from 'node:fs';

const [EMBEDDING, HEADS, FEED_FORWARD, CONTEXT, VOCABULARY, ALIGNMENT] = [64, 4, 128, 512, 300, 32] as const;
const TYPES = { u32: 4, i32: 5, f32: 6, string: 8, array: 9 } as const;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number): Buffer => Buffer.concat([u32(value), u32(0)]);
const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const field = (name: string, type: keyof typeof TYPES, value: Buffer): Buffer =>
  Buffer.concat([text(name), u32(TYPES[type]), value]);
const list = (name: string, type: keyof typeof TYPES, values: readonly Buffer[]): Buffer =>
  field(name, 'array', Buffer.concat([u32(TYPES[type]), u64(values.length), ...values]));

/** Three specials, one token a byte, and 41 pieces that are never needed. */
const TOKENS: readonly string[] = [
  ...['<unk>', '<s>', '</s>'],
  ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  ...Array.from({ length: VOCABULARY - 259 }, (_, index) => `\u2581p${index}`),
];
const kindOf = (index: number): number => (index === 0 ? 2 : index < 3 ? 3 : index < 259 ? 6 : 1);

const BLOCK: readonly (readonly [string, readonly number[]])[] = [
  ['attn_norm', [EMBEDDING]],
  ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => [name, [EMBEDDING, EMBEDDING]] as const),
  ['ffn_norm', [EMBEDDING]],
  ['ffn_gate', [EMBEDDING, FEED_FORWARD]],
  ['ffn_up', [EMBEDDING, FEED_FORWARD]],
  ['ffn_down', [FEED_FORWARD, EMBEDDING]],
];
const TENSORS: readonly (readonly [string, readonly number[]])[] = [
  ['token_embd.weight', [EMBEDDING, VOCABULARY]],
  ...BLOCK.map(([name, shape]) => [`blk.0.${name}.weight`, shape] as const),
  ['output_norm.weight', [EMBEDDING]],
  ['output.weight', [EMBEDDING, VOCABULARY]],
];

export function writeTinyGguf(path: string): void {
  const fields = [
    field('general.architecture', 'string', text('llama')),
    field('general.file_type', 'u32', u32(0)),
    field('llama.context_length', 'u32', u32(CONTEXT)),
    field('llama.embedding_length', 'u32', u32(EMBEDDING)),
    field('llama.block_count', 'u32', u32(1)),
    field('llama.feed_forward_length', 'u32', u32(FEED_FORWARD)),
    field('llama.attention.head_count', 'u32', u32(HEADS)),
    field('llama.attention.head_count_kv', 'u32', u32(HEADS)),
    field('llama.attention.layer_norm_rms_epsilon', 'f32', f32(1e-5)),
    field('llama.rope.dimension_count', 'u32', u32(EMBEDDING / HEADS)),
    field('llama.vocab_size', 'u32', u32(VOCABULARY)),
    field('tokenizer.ggml.model', 'string', text('llama')),
    list('tokenizer.ggml.tokens', 'string', TOKENS.map(text)),
    list(
      'tokenizer.ggml.scores',
      'f32',
      TOKENS.map((_, index) => f32(-index)),
    ),
    list(
      'tokenizer.ggml.token_type',
      'i32',
      TOKENS.map((_, index) => u32(kindOf(index))),
    ),
    field('tokenizer.ggml.bos_token_id', 'u32', u32(1)),
    field('tokenizer.ggml.eos_token_id', 'u32', u32(2)),
    field('tokenizer.ggml.unknown_token_id', 'u32', u32(0)),
  ];
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed / 0x7fffffff - 0.5) * 0.1;
  };
  let offset = 0;
  const infos: Buffer[] = [];
  const data: Buffer[] = [];
  for (const [name, shape] of TENSORS) {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: count }, () => (name.includes('norm') ? 1 : random()));
    infos.push(Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset)]));
    data.push(padded(Buffer.from(values.buffer)));
    offset += data.at(-1)?.length ?? 0;
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(TENSORS.length),
    u64(fields.length),
    ...fields,
    ...infos,
  ]);
  writeFileSync(path, Buffer.concat([padded(head), ...data]));
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
