/**
 * One call of a tool in a conversation: what it may look at, and how it ended. Results lie in Postgres under their
 * hash; a history carries the reference. Instants are epoch ms.
 */
import { z } from 'zod';
import { barIntervalMsSchema, symbolSchema } from '../market.ts';
import { toolCallSchema } from './model-call.ts';

/** Why a call was not answered. The model is told; so is table `tool_calls`. */
export const TOOL_REFUSALS = [
  'TOOL_UNKNOWN',
  'TOOL_ARGS',
  'TOOL_CALL_LIMIT',
  'TOOL_NO_PROGRESS',
  /** It asked for what was not known yet. */
  'TOOL_LOOK_AHEAD',
  /** There is nothing to answer with: no bars, no such account. */
  'TOOL_NO_DATA',
] as const;
export const toolRefusalSchema = z.enum(TOOL_REFUSALS);
export type ToolRefusal = z.infer<typeof toolRefusalSchema>;

/** What every tool of a conversation is bound to. Nothing in here comes from the model. */
export const toolScopeSchema = z.strictObject({
  asOfMs: z.number().int(),
  /** Symbols that may be asked about, by their real names. */
  symbols: z.array(symbolSchema).min(1).max(20),
  barIntervalMs: barIntervalMsSchema,
  accountId: z.string().nullable(),
  /** The names that the model knows symbols by, where they are masked: alias → symbol. */
  masks: z.record(symbolSchema, symbolSchema),
});
export type ToolScope = z.infer<typeof toolScopeSchema>;

export const toolRequestSchema = z.strictObject({
  /** The model call that asked for it, and the place of the call in the conversation, from 0. */
  modelCallId: z.string(),
  position: z.number().int().min(0),
  call: toolCallSchema,
  scope: toolScopeSchema,
  /** Set where the conversation has decided already that this call is not answered. */
  refuse: z.enum(['TOOL_CALL_LIMIT', 'TOOL_NO_PROGRESS']).nullable(),
});
export type ToolRequest = z.infer<typeof toolRequestSchema>;

export const toolAnswerSchema = z.strictObject({
  refused: toolRefusalSchema.nullable(),
  /** Of the text that the model is given. */
  resultRef: z.string(),
});
export type ToolAnswer = z.infer<typeof toolAnswerSchema>;
