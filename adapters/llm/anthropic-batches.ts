/**
 * Anthropic's Message Batches. An item goes out as its own request would, without the stream,
 * and its message comes back through the same assembly. A batch bears no name of ours: one that
 * was cut short is known by the ids of its items.
 */
import type { Anthropic } from '@anthropic-ai/sdk';
import { z } from 'zod';
import { ModelCallFailed, type ModelReply } from '../../schemas/llm/model-call.ts';
import type { ModelExchange } from '../http/model-http.ts';
import { createAnthropicAssembly } from './anthropic-assembly.ts';
import { anthropicBody } from './anthropic-body.ts';
import { batchText, itemFailed, linesAs, parsedAs } from './batch-exchange.ts';
import { protocolFailure } from './call-failure.ts';
import type { ProviderParts } from './in-exchange.ts';
import type { BatchAnswer, BatchFound, BatchLook, HandedOver, ModelBatches } from './model-batches.ts';
import type { ModelCallOptions } from './model-provider.ts';
import { replyOf } from './wire-reply.ts';

type ClientOf = (baseUrl: string, exchange: ModelExchange) => Anthropic;

const countSchema = z.int().min(0).default(0);
const batchSchema = z.object({
  id: z.string().min(1),
  processing_status: z.string(),
  created_at: z.string(),
  request_counts: z.object({
    processing: countSchema,
    succeeded: countSchema,
    errored: countSchema,
    canceled: countSchema,
    expired: countSchema,
  }),
});
type Batch = z.infer<typeof batchSchema>;
const listSchema = z.object({ data: z.array(batchSchema) });
const messageSchema = z.looseObject({
  model: z.string().nullish(),
  content: z.array(z.looseObject({ type: z.string() })),
  stop_reason: z.string().nullish(),
  usage: z.looseObject({}).nullish(),
});
const errorSchema = z.looseObject({ type: z.string().nullish(), message: z.string().nullish() });
const lineSchema = z.object({
  custom_id: z.string(),
  result: z.discriminatedUnion('type', [
    z.object({ type: z.literal('succeeded'), message: messageSchema }),
    z.object({ type: z.literal('errored'), error: errorSchema.extend({ error: errorSchema.nullish() }) }),
    z.object({ type: z.literal('canceled') }),
    z.object({ type: z.literal('expired') }),
  ]),
});
type Line = z.infer<typeof lineSchema>;

const PATH = '/v1/messages/batches';
const LISTED_MAX = 100;
/** Our clock and theirs. */
const CLOCKS_APART_MS = 60_000;

export function anthropicBatches(parts: ProviderParts, clientOf: ClientOf): ModelBatches {
  const text = (options: ModelCallOptions, send: (client: Anthropic) => Promise<Response>): Promise<string> =>
    batchText(parts, options, (exchange) => send(clientOf(options.baseUrl, exchange)));
  const results = async (batchId: string, options: ModelCallOptions): Promise<Line[]> => {
    const path = `${PATH}/${encodeURIComponent(batchId)}/results`;
    return linesAs(lineSchema, await text(options, (client) => client.get(path).asResponse()), 'a result');
  };
  return {
    submit: async (_key, items, options) => {
      const requests = items.map(({ id, request }) => {
        const { stream: _stream, ...params } = anthropicBody(request, parts.recordOf(request.model));
        return { custom_id: id, params };
      });
      const told = await text(options, (client) => client.messages.batches.create({ requests }).asResponse());
      return parsedAs(batchSchema, told, 'the batch').id;
    },
    look: async (batchId, options) => {
      const told = await text(options, (client) => client.messages.batches.retrieve(batchId).asResponse());
      const batch = parsedAs(batchSchema, told, 'the batch');
      if (batch.processing_status !== 'ended') return { kind: 'running' };
      return endedWith(await results(batchId, options), parts);
    },
    find: async (handedOver, options) => {
      const listed = await text(options, (client) => client.messages.batches.list({ limit: LISTED_MAX }).asResponse());
      const likely = parsedAs(listSchema, listed, 'the list of batches').data.filter((one) => mayBe(one, handedOver));
      return findAmong(likely, handedOver, (batchId) => results(batchId, options));
    },
  };
}

function mayBe({ created_at, request_counts: counts }: Batch, { sinceMs, itemIds }: HandedOver): boolean {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return Date.parse(created_at) >= sinceMs - CLOCKS_APART_MS && total === itemIds.length;
}

async function findAmong(
  likely: readonly Batch[],
  { itemIds }: HandedOver,
  results: (batchId: string) => Promise<Line[]>,
): Promise<BatchFound> {
  for (const { id, processing_status } of likely) {
    if (processing_status !== 'ended') continue;
    if ((await results(id)).some((line) => itemIds.includes(line.custom_id))) return { kind: 'found', batchId: id };
  }
  return likely.some((one) => one.processing_status !== 'ended') ? { kind: 'maybe' } : { kind: 'none' };
}

const endedWith = (lines: readonly Line[], parts: ProviderParts): BatchLook => ({
  kind: 'ended',
  answers: new Map(lines.map((line) => [line.custom_id, answerOf(line, parts)])),
});

function answerOf({ result }: Line, { name }: ProviderParts): BatchAnswer {
  if (result.type === 'errored') {
    const { error } = result;
    return itemFailed([error.error?.type, error.type], error.error?.message ?? error.message ?? 'it failed');
  }
  if (result.type !== 'succeeded') return itemFailed(['timeout'], `the batch ended before it: ${result.type}`);
  try {
    return { kind: 'replied', reply: replyIn(result.message, name) };
  } catch (error) {
    if (error instanceof ModelCallFailed) return { kind: 'failed', failure: error.failure };
    throw error;
  }
}

/** A whole message as the stream that would have told it. */
function replyIn({ content, stop_reason, usage }: z.infer<typeof messageSchema>, provider: string): ModelReply {
  const assembly = createAnthropicAssembly(provider);
  assembly.take({ type: 'message_start', message: {} });
  for (const [index, block] of content.entries()) {
    assembly.take({ type: 'content_block_start', index, content_block: block });
    assembly.take({ type: 'content_block_stop', index });
  }
  assembly.take({ type: 'message_delta', delta: { stop_reason }, usage });
  assembly.take({ type: 'message_stop' });
  const wire = assembly.reply();
  if (wire === null) throw protocolFailure('a message without its end');
  return replyOf(wire, { temperatureSent: null, providerRequestId: null });
}
