/** What the wire formats have in common: a reply as their streams are put together, and its way into our own words. */
import type { AssistantBlock, ModelReply, ModelUsage } from '../../schemas/llm/model-call.ts';
import { REPLY_BYTES_MAX } from '../../schemas/llm/model-call.ts';
import { protocolFailure, tooLarge } from './call-failure.ts';

export type WireReply = {
  readonly blocks: readonly AssistantBlock[];
  readonly stop: ModelReply['stop'];
  readonly usage: ModelUsage | null;
  /** What it said instead of an answer, where the format has a place for that. */
  readonly refusal: string | null;
  /** In the provider's own words. */
  readonly native: unknown;
};

/** Puts a stream together. Events come one by one, each as its parsed data. */
export type StreamAssembly = {
  /** @throws ModelCallFailed LLM_PROTOCOL, LLM_TOO_LARGE, or what an error event means */
  readonly take: (data: unknown) => void;
  /** Null until the event came that ends the stream. */
  readonly reply: () => WireReply | null;
};

/** Counts what has been put together. @throws ModelCallFailed LLM_TOO_LARGE */
export function createMeter(): (text: string) => void {
  let bytes = 0;
  return (text) => {
    bytes += Buffer.byteLength(text);
    if (bytes > REPLY_BYTES_MAX) throw tooLarge(`the answer is larger than ${REPLY_BYTES_MAX} bytes`);
  };
}

export type SentFacts = { readonly temperatureSent: number | null; readonly providerRequestId: string | null };

export function replyOf(wire: WireReply, sent: SentFacts): ModelReply {
  const blocks = withOwnIds(wire.blocks);
  const toolCalls = blocks.flatMap((one) =>
    one.type === 'toolCall' ? [{ id: one.id, name: one.name, arguments: one.arguments }] : [],
  );
  const text = blocks.map((one) => (one.type === 'text' ? one.text : '')).join('');
  const raw = JSON.stringify(wire.native);
  createMeter()(raw);
  return {
    blocks,
    text: text === '' ? (wire.refusal ?? '') : text,
    toolCalls,
    stop: stopOf(wire.stop, toolCalls.length),
    usage: wire.usage,
    ...sent,
    raw,
  };
}

/** What was called says more than the word for it: some servers say the one and send the other. */
function stopOf(stop: ModelReply['stop'], callCount: number): ModelReply['stop'] {
  if (stop !== 'end' && stop !== 'tools') return stop;
  return callCount > 0 ? 'tools' : 'end';
}

/** Where a server gives two calls of a reply one id, their results could not be told apart: the second gets its own. */
function withOwnIds(blocks: readonly AssistantBlock[]): AssistantBlock[] {
  const taken = new Set<string>();
  return blocks.map((block) => {
    if (block.type !== 'toolCall') return block;
    let { id } = block;
    for (let n = 2; taken.has(id); n += 1) id = `${block.id}_${n}`;
    taken.add(id);
    return { ...block, id };
  });
}

type Loose = { safeParse: (value: unknown) => { success: boolean; data?: unknown } };

/** What an event must have at least. @throws ModelCallFailed LLM_PROTOCOL */
export function readEvent<T>(schema: Loose & { _output: T }, data: unknown, name: string): T {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw protocolFailure(`${name} is not what the format says`);
  return parsed.data as T;
}
