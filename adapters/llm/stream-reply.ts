/**
 * Reads one streamed reply: bytes to events, events to a whole. It counts only when the event came that ends it; what
 * broke off before is thrown away. A page, an error told after a 200 and a JSON that nests too deep are LLM_PROTOCOL.
 */
import { failureOf } from '../../domain/llm/provider-failure.ts';
import { ModelCallFailed, REPLY_DEPTH_MAX } from '../../schemas/llm/model-call.ts';
import { isDeeperThan } from '../http/json-depth.ts';
import { BrokenEventStream, createEventReader, type ServerSentEvent } from '../http/server-sent-events.ts';
import { brokenOff, protocolFailure } from './call-failure.ts';
import type { StreamAssembly, WireReply } from './wire-reply.ts';

/** One event may repeat the whole request: more than an answer may have. */
export const EVENT_LENGTH_MAX = 1_048_576;
/** What a stream may bring in all: an answer of many small events is mostly wrapping. */
export const STREAM_BYTES_MAX = 8_388_608;
/** What ends a stream of OpenAI's; some servers leave out the blank line behind it. */
const DONE = '[DONE]';

/** @throws ModelCallFailed */
export async function readStream(response: Response, assembly: StreamAssembly): Promise<WireReply> {
  const type = response.headers.get('content-type') ?? 'nothing';
  if (!type.toLowerCase().startsWith('text/event-stream')) throw protocolFailure(`${type} came, not an event stream`);
  if (response.body === null) throw protocolFailure('an empty reply');
  const feed = createStreamFeed(assembly);
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) feed.push(next.value);
  return feed.end();
}

export type StreamFeed = { readonly push: (bytes: Uint8Array) => void; readonly end: () => WireReply };

/** The same without the network: bytes in, the reply at the end. @throws ModelCallFailed */
export function createStreamFeed(assembly: StreamAssembly): StreamFeed {
  const events = createEventReader(EVENT_LENGTH_MAX);
  let isDone = false;
  const take = ({ data: told }: ServerSentEvent): void => {
    const data = told.trim();
    if (data === '') return;
    if (data === DONE) isDone = true;
    else if (isDone) throw protocolFailure('an event after the last one');
    else assembly.take(parsedEvent(data));
  };
  return {
    push: (bytes) => {
      for (const event of guarded(() => events.push(bytes))) take(event);
    },
    end: () => {
      const open = guarded(() => events.end());
      const reply = assembly.reply();
      const isWhole = open === null || open.trim() === DONE;
      if (reply === null || !isWhole) throw brokenOff('the stream ended before its last event');
      return reply;
    },
  };
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof BrokenEventStream ? protocolFailure(error.message) : error;
  }
}

function parsedEvent(data: string): unknown {
  if (isDeeperThan(data, REPLY_DEPTH_MAX)) throw protocolFailure(`an event nests deeper than ${REPLY_DEPTH_MAX}`);
  try {
    return JSON.parse(data);
  } catch {
    throw protocolFailure('an event is not JSON');
  }
}

/** An error that a provider tells inside its stream means what its status would have meant. */
export const toldInStream = (kinds: readonly (string | null | undefined)[], message: string): ModelCallFailed =>
  new ModelCallFailed(
    failureOf({ status: null, kinds: kinds.filter((one) => typeof one === 'string'), message, retryAfterMs: null }),
  );
