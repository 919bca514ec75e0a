/**
 * OpenAI's Batch: a file of requests goes up, a batch is made of it, and two files come back,
 * answers and errors. The batch bears our key in its metadata, so that one whose handing over was
 * cut short is found. A file alone costs nothing.
 */
import type { OpenAI } from 'openai';
import { z } from 'zod';
import { ModelCallFailed, type ModelReply } from '../../schemas/llm/model-call.ts';
import type { ModelExchange } from '../http/model-http.ts';
import { batchText, itemFailed, linesAs, parsedAs } from './batch-exchange.ts';
import { protocolFailure } from './call-failure.ts';
import type { ProviderParts } from './in-exchange.ts';
import type { BatchAnswer, BatchItem, ModelBatches } from './model-batches.ts';
import type { ModelCallOptions } from './model-provider.ts';
import { createResponsesAssembly, responsesBody } from './openai-responses-wire.ts';
import { replyOf } from './wire-reply.ts';

type ClientOf = (baseUrl: string, exchange: ModelExchange) => OpenAI;

const fileSchema = z.object({ id: z.string().min(1) });
const batchSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const listSchema = z.object({ data: z.array(batchSchema) });
const errorSchema = z.looseObject({
  type: z.string().nullish(),
  code: z.string().nullish(),
  message: z.string().nullish(),
});
const lineSchema = z.object({
  custom_id: z.string(),
  response: z.looseObject({ status_code: z.int(), body: z.looseObject({}).nullish() }).nullish(),
  error: errorSchema.nullish(),
});
type Line = z.infer<typeof lineSchema>;

const ENDPOINT = '/v1/responses';
const KEY = 'quarterdeck';
const LISTED_MAX = 100;
/** All others are still at work. */
const ENDED: readonly string[] = ['completed', 'failed', 'expired', 'cancelled'];

export function openaiBatches(parts: ProviderParts, clientOf: ClientOf): ModelBatches {
  const text = (options: ModelCallOptions, send: (client: OpenAI) => Promise<Response>): Promise<string> =>
    batchText(parts, options, (exchange) => send(clientOf(options.baseUrl, exchange)));
  const linesOf = async (fileId: string | null | undefined, options: ModelCallOptions): Promise<Line[]> => {
    if (typeof fileId !== 'string') return [];
    const path = `/files/${encodeURIComponent(fileId)}/content`;
    return linesAs(lineSchema, await text(options, (client) => client.get(path).asResponse()), 'a result');
  };
  return {
    submit: async (key, items, options) => {
      const upload = multipart(linesToSend(items, parts), key);
      const file = await text(options, (client) => client.post('/files', upload).asResponse());
      const input_file_id = parsedAs(fileSchema, file, 'the file').id;
      const batch = { input_file_id, endpoint: ENDPOINT, completion_window: '24h', metadata: { [KEY]: key } } as const;
      const told = await text(options, (client) => client.batches.create(batch).asResponse());
      return parsedAs(batchSchema, told, 'the batch').id;
    },
    look: async (batchId, options) => {
      const told = await text(options, (client) => client.batches.retrieve(batchId).asResponse());
      const batch = parsedAs(batchSchema, told, 'the batch');
      if (!ENDED.includes(batch.status)) return { kind: 'running' };
      const lines = [
        ...(await linesOf(batch.error_file_id, options)),
        ...(await linesOf(batch.output_file_id, options)),
      ];
      return { kind: 'ended', answers: new Map(lines.map((line) => [line.custom_id, answerOf(line, parts)])) };
    },
    find: async ({ key }, options) => {
      const listed = await text(options, (client) => client.batches.list({ limit: LISTED_MAX }).asResponse());
      const own = parsedAs(listSchema, listed, 'the list of batches').data.find((one) => one.metadata?.[KEY] === key);
      return own === undefined ? { kind: 'none' } : { kind: 'found', batchId: own.id };
    },
  };
}

const linesToSend = (items: readonly BatchItem[], { recordOf }: ProviderParts): string =>
  items
    .map(({ id, request }) => {
      const { stream: _stream, ...body } = responsesBody(request, recordOf(request.model));
      return JSON.stringify({ custom_id: id, method: 'POST', url: ENDPOINT, body });
    })
    .join('\n');

/** A form of two fields, written out: JSON lines have no line that begins with this boundary. */
function multipart(lines: string, key: string) {
  const boundary = `quarterdeck-${key.replace(/[^a-zA-Z0-9]/g, '').slice(-32)}`;
  const body = [
    `--${boundary}`,
    'content-disposition: form-data; name="purpose"',
    '',
    'batch',
    `--${boundary}`,
    'content-disposition: form-data; name="file"; filename="batch.jsonl"',
    'content-type: application/jsonl',
    '',
    lines,
    `--${boundary}--`,
    '',
  ].join('\r\n');
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

function answerOf({ response, error }: Line, { name }: ProviderParts): BatchAnswer {
  const { status_code: status = 0, body } = response ?? {};
  if (status !== 200 || !body) {
    const told = errorSchema.safeParse(body?.error).data ?? error ?? {};
    return itemFailed([told.code, told.type], told.message ?? `status ${status}`);
  }
  try {
    return { kind: 'replied', reply: replyIn(body, name) };
  } catch (failed) {
    if (failed instanceof ModelCallFailed) return { kind: 'failed', failure: failed.failure };
    throw failed;
  }
}

/** A whole response as the last event of the stream that would have told it. */
function replyIn(body: Readonly<Record<string, unknown>>, provider: string): ModelReply {
  const assembly = createResponsesAssembly(provider);
  assembly.take({ type: `response.${String(body.status ?? 'completed')}`, response: body });
  const wire = assembly.reply();
  if (wire === null) throw protocolFailure(`a response that is ${String(body.status)}`);
  return replyOf(wire, { temperatureSent: null, providerRequestId: null });
}
