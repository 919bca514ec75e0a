/**
 * A model file in this process (GGUF, by path) through an optional package: no key, no address, no cost. Its answer is
 * held to the contract's JSON schema by a grammar. It takes no tools. One question at a time; the file stays loaded.
 */
import { existsSync } from 'node:fs';
import { printable } from '../../domain/llm/provider-failure.ts';
import {
  ModelCallFailed,
  type ModelMessage,
  type ModelReply,
  type ModelRequest,
  REPLY_BYTES_MAX,
} from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';
import { effect } from '../effect.ts';
import { notSent, tooLarge } from './call-failure.ts';
import type { ModelCallOptions, ModelProvider } from './model-provider.ts';
import { loadOptional } from './optional-package.ts';
import { temperatureFor } from './sent-options.ts';

export type GgufParts = {
  readonly name: string;
  /** Path of the file (LLM_INSTRUCT_MODEL_PATH); null: none is set. */
  readonly modelPath: string | null;
  readonly recordOf: (model: string) => ModelRecord;
  /** More threads than cores crawl. @default 1 */
  readonly threads?: number;
};

const PACKAGE = { name: 'node-llama-cpp', version: '3.22.1' } as const;

/** What is used of the package. */
type Completion = { readonly response: string; readonly metadata: { readonly stopReason: string } };
type Sequence = { readonly dispose: () => void };
type Context = { readonly getSequence: () => Sequence; readonly dispose: () => Promise<void> };
type Model = {
  readonly tokenize: (text: string) => readonly number[];
  readonly createContext: (options: { contextSize: number; threads: number }) => Promise<Context>;
};
type Llama = {
  readonly loadModel: (options: { modelPath: string }) => Promise<Model>;
  readonly createGrammarForJsonSchema: (schema: object) => Promise<object>;
};
type Package = {
  readonly getLlama: (options: { gpu: false; build: 'never'; logLevel: 'error' }) => Promise<Llama>;
  readonly LlamaCompletion: new (options: {
    contextSequence: Sequence;
  }) => {
    readonly generateCompletionWithMeta: (prompt: string, options: object) => Promise<Completion>;
  };
};
type Loaded = { readonly package: Package; readonly llama: Llama; readonly model: Model };

export function createLocalGguf(parts: GgufParts): ModelProvider {
  let loading: Promise<Loaded> | null = null;
  let busy: Promise<unknown> = Promise.resolve();
  const load = (): Promise<Loaded> => {
    loading ??= loadModel(parts.modelPath).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  return {
    name: parts.name,
    generate: (request, options) => {
      const turn = busy.then(() => effect('model.ask', () => answer(load, parts, request, options).catch(asFailure)));
      busy = turn.catch(() => undefined);
      return turn;
    },
    health: async () => {
      const startedAtMs = Date.now();
      const told = await load().then(
        () => ({ ok: true, detail: `${parts.modelPath} is loaded` }),
        (error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }),
      );
      return { ...told, latencyMs: Date.now() - startedAtMs, models: null };
    },
  };
}

async function loadModel(modelPath: string | null): Promise<Loaded> {
  if (modelPath === null) throw notSent('MODEL_FILE_NOT_FOUND', 'LLM_INSTRUCT_MODEL_PATH is not set');
  if (!existsSync(modelPath)) throw notSent('MODEL_FILE_NOT_FOUND', `no file ${modelPath}`);
  const loaded = await loadOptional<Package>(PACKAGE);
  try {
    const llama = await loaded.getLlama({ gpu: false, build: 'never', logLevel: 'error' });
    return { package: loaded, llama, model: await llama.loadModel({ modelPath }) };
  } catch (error) {
    throw notSent('LLM_BAD_REQUEST', `${modelPath} is no model that can be loaded: ${String(error)}`);
  }
}

async function answer(
  load: () => Promise<Loaded>,
  parts: GgufParts,
  request: ModelRequest,
  { signal, onProgress }: ModelCallOptions,
): Promise<ModelReply> {
  const { package: loaded, llama, model } = await load();
  const record = parts.recordOf(request.model);
  const prompt = promptOf(request);
  const tokensIn = model.tokenize(prompt).length;
  const maxTokens = Math.min(request.maxTokens, record.outputTokensMax);
  const contextSize = Math.min(record.contextTokens, tokensIn + maxTokens + 1);
  if (tokensIn >= contextSize)
    throw notSent('LLM_BAD_REQUEST', `${tokensIn} tokens, of ${record.contextTokens} there are`);
  const deadline = deadlineOf(request, signal);
  const context = await model.createContext({ contextSize, threads: parts.threads ?? 1 });
  try {
    const completion = new loaded.LlamaCompletion({ contextSequence: context.getSequence() });
    const { response, metadata } = await completion.generateCompletionWithMeta(prompt, {
      maxTokens,
      temperature: temperatureFor(request, record) ?? 0,
      signal: deadline.signal,
      onTextChunk: () => onProgress?.(),
      ...(request.answer === null
        ? {}
        : { grammar: await llama.createGrammarForJsonSchema(request.answer.jsonSchema) }),
    });
    const tokensOut = model.tokenize(response).length;
    return replyOf(response, metadata.stopReason, { tokensIn, tokensOut }, temperatureFor(request, record));
  } catch (error) {
    throw deadline.failure() ?? error;
  } finally {
    await context.dispose();
  }
}

/** What the package could not do: no room for the context, no grammar for the schema. */
function asFailure(error: unknown): never {
  if (error instanceof ModelCallFailed) throw error;
  const failure = { code: 'PROVIDER_DOWN', retryable: true, retryAfterMs: null, mayHaveBeenBilled: false } as const;
  throw new ModelCallFailed({ ...failure, detail: printable(String(error)) });
}

/** Without a chat template of its own, the plain form that instruct models follow. */
function promptOf({ system, messages }: ModelRequest): string {
  const said = messages.map((message) => `### ${HEADINGS[message.role]}\n${textOf(message)}\n`);
  return `${system}\n\n${said.join('\n')}\n### Response\n`;
}

const HEADINGS = { user: 'Instruction', assistant: 'Response', tool: 'Tool result' } as const;

function textOf(message: ModelMessage): string {
  if (message.role === 'user') return message.text;
  if (message.role === 'tool') return message.result;
  return message.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function replyOf(
  text: string,
  stopReason: string,
  { tokensIn, tokensOut }: { readonly tokensIn: number; readonly tokensOut: number },
  temperatureSent: number | null,
): ModelReply {
  if (Buffer.byteLength(text) > REPLY_BYTES_MAX) throw tooLarge(`the answer is larger than ${REPLY_BYTES_MAX} bytes`);
  return {
    blocks: [{ type: 'text', text }],
    text,
    toolCalls: [],
    stop: stopReason === 'maxTokens' ? 'truncated' : 'end',
    usage: { tokensIn, tokensCachedRead: 0, tokensCachedWrite: 0, tokensOut },
    providerRequestId: null,
    temperatureSent,
    raw: JSON.stringify({ response: text, stopReason }),
  };
}

type Deadline = {
  readonly signal: AbortSignal;
  readonly failure: () => ModelCallFailed | null;
};

function deadlineOf({ totalTimeoutMs }: ModelRequest, outer: AbortSignal | undefined): Deadline {
  const timeout = AbortSignal.timeout(totalTimeoutMs);
  const signal = outer === undefined ? timeout : AbortSignal.any([timeout, outer]);
  const failed = (code: 'LLM_ABORTED' | 'LLM_TIMEOUT', detail: string): ModelCallFailed =>
    new ModelCallFailed({
      ...{ code, detail, retryable: code === 'LLM_TIMEOUT', retryAfterMs: null, mayHaveBeenBilled: false },
    });
  return {
    signal,
    failure: () => {
      if (outer?.aborted === true) return failed('LLM_ABORTED', 'ended by the caller');
      return timeout.aborted ? failed('LLM_TIMEOUT', `no whole reply in ${totalTimeoutMs} ms`) : null;
    },
  };
}
