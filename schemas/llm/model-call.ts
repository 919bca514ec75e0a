/**
 * One call of a model, in words of no vendor: what is asked, what came back, and why nothing did. Adapters translate it
 * to a wire format and back. A conversation is append-only: a model's own blocks go back as they came. No keys in here.
 */
import { z } from 'zod';

/** What one call may bring back at most, as text of all its blocks; and how deep its JSON may nest. */
export const REPLY_BYTES_MAX = 262_144;
export const REPLY_DEPTH_MAX = 32;

export const assistantBlockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  /** `arguments` is the JSON text as the model wrote it, unparsed. */
  z.strictObject({ type: z.literal('toolCall'), id: z.string(), name: z.string(), arguments: z.string() }),
  /** Thinking and the like: bound to its provider and conversation, given back unread. `json` is one JSON value. */
  z.strictObject({ type: z.literal('opaque'), provider: z.string(), json: z.string() }),
]);
export type AssistantBlock = z.infer<typeof assistantBlockSchema>;

export const modelMessageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('user'), text: z.string() }),
  z.strictObject({ role: z.literal('assistant'), blocks: z.array(assistantBlockSchema) }),
  z.strictObject({
    role: z.literal('tool'),
    callId: z.string(),
    name: z.string(),
    result: z.string(),
    isError: z.boolean(),
  }),
]);
export type ModelMessage = z.infer<typeof modelMessageSchema>;

const jsonSchemaSchema = z.record(z.string(), z.unknown());

export const toolSpecSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string(),
  jsonSchema: jsonSchemaSchema,
});
export type ToolSpec = z.infer<typeof toolSpecSchema>;

export const modelRequestSchema = z.strictObject({
  /** An id of the registry. */
  model: z.string(),
  system: z.string(),
  messages: z.array(modelMessageSchema).min(1),
  tools: z.array(toolSpecSchema),
  /** The shape of the final answer; null: free text. */
  answer: z.strictObject({ contract: z.string(), jsonSchema: jsonSchemaSchema }).nullable(),
  /** Of all output, thoughts included. */
  maxTokens: z.number().int().min(1),
  /** Sent only where the model's record accepts one. */
  temperature: z.number().min(0).max(2).nullable(),
  idleTimeoutMs: z.number().int().min(1),
  totalTimeoutMs: z.number().int().min(1),
  /** A tool that must be called, sent only where the record accepts that; `none` forbids tools. Left out: `auto`. */
  toolChoice: z.union([z.literal('auto'), z.literal('none'), z.strictObject({ tool: z.string() })]).optional(),
});
export type ModelRequest = z.infer<typeof modelRequestSchema>;

export const toolCallSchema = z.strictObject({ id: z.string(), name: z.string(), arguments: z.string() });
export type ToolCall = z.infer<typeof toolCallSchema>;

const tokens = z.number().int().min(0);

/** Four counts that do not overlap, so that each has one price. Thinking is part of `tokensOut`. */
export const modelUsageSchema = z.strictObject({
  /** Read in at the full price: neither found in the provider's cache nor written to it. */
  tokensIn: tokens,
  tokensCachedRead: tokens,
  tokensCachedWrite: tokens,
  tokensOut: tokens,
  /** Of tokensCachedWrite, those that are kept for an hour. */
  tokensCachedWriteHour: tokens.optional(),
});
export type ModelUsage = z.infer<typeof modelUsageSchema>;

/** end: a whole answer. tools: calls to be answered. truncated: cut at the token limit. refused: it would not. */
export const MODEL_STOPS = ['end', 'tools', 'truncated', 'refused'] as const;

export const modelReplySchema = z.strictObject({
  blocks: z.array(assistantBlockSchema),
  /** All text blocks in order. Of a refusal: what it said, if anything. */
  text: z.string(),
  toolCalls: z.array(toolCallSchema),
  stop: z.enum(MODEL_STOPS),
  /** Null when the provider told none, or one that cannot be (LLM_USAGE_INVALID): the reservation stays charged. */
  usage: modelUsageSchema.nullable(),
  providerRequestId: z.string().nullable(),
  /** The temperature that went out; null: none did. */
  temperatureSent: z.number().nullable(),
  /** The reply in the provider's own words, as JSON, at most REPLY_BYTES_MAX. */
  raw: z.string(),
});
export type ModelReply = z.infer<typeof modelReplySchema>;

export const MODEL_FAILURE_CODES = [
  'LLM_RATE_LIMITED',
  'LLM_OVERLOADED',
  'PROVIDER_DOWN',
  'LLM_TIMEOUT',
  'LLM_IDLE_TIMEOUT',
  'LLM_PROTOCOL',
  'LLM_TOO_LARGE',
  'LLM_SPEND_CAP',
  'LLM_AUTH',
  'LLM_BAD_REQUEST',
  'MODEL_FILE_NOT_FOUND',
  'PROVIDER_NOT_INSTALLED',
  'LLM_ABORTED',
] as const;
export const modelFailureSchema = z.strictObject({
  code: z.enum(MODEL_FAILURE_CODES),
  /** Asking the same again may help. */
  retryable: z.boolean(),
  /** What the provider asked for, from 1 s to 5 min; null: it did not say. */
  retryAfterMs: z.number().int().nullable(),
  /** The request may have been worked on: its cost counts as spent until the provider says otherwise. */
  mayHaveBeenBilled: z.boolean(),
  /** For people; never a key, never the request. */
  detail: z.string(),
});
export type ModelFailure = z.infer<typeof modelFailureSchema>;
export type ModelFailureCode = ModelFailure['code'];

/** What a provider throws, and nothing else. */
export class ModelCallFailed extends Error {
  override readonly name = 'ModelCallFailed';
  readonly failure: ModelFailure;
  constructor(failure: ModelFailure) {
    super(`${failure.code} ${failure.detail}`);
    this.failure = failure;
  }
}
