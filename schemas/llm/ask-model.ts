/**
 * One question to a model, as a workflow asks it of the activity `askModel`, and what comes back
 * when the model wants tools first. Everything large travels by reference (sha256 of a stored
 * payload); a history carries ids and small values.
 */
import { z } from 'zod';
import { sideSchema } from '../decision.ts';
import { CONTRACT_NAMES } from './contracts/index.ts';
import { toolCallSchema, toolSpecSchema } from './model-call.ts';
import { modelTaskSchema, modelTierSchema } from './model-registry.ts';
import type { ModelOutcome } from './outcome.ts';

/** Text from outside (news, a person's context): data that is cleaned and quoted, never instructions. */
export const untrustedTextSchema = z.strictObject({ label: z.string().min(1).max(80), text: z.string() });
export type UntrustedText = z.infer<typeof untrustedTextSchema>;

/** What a prompt's `{{name}}` may stand for. Objects and lists are written as JSON. */
export const promptVariablesSchema = z.record(z.string(), z.json());
export type PromptVariables = z.infer<typeof promptVariablesSchema>;

export const toolResultSchema = z.strictObject({
  callId: z.string(),
  name: z.string(),
  /** Of the stored text that the model is given. */
  resultRef: z.string(),
  isError: z.boolean(),
});
export type ToolResult = z.infer<typeof toolResultSchema>;

/** Where a conversation stands: its messages by reference, and what the tools answered to the last of them. */
export const priorTurnsSchema = z.strictObject({ ref: z.string(), toolResults: z.array(toolResultSchema) });
export type PriorTurns = z.infer<typeof priorTurnsSchema>;

/** What was shown, and the bounds that an answer's suggestions keep; see domain/llm/check-answer.ts. */
export const answerBoundsSchema = z.strictObject({
  lastPrices: z.record(z.string(), z.number()).exactOptional(),
  priceCollarFraction: z.number().gt(0).exactOptional(),
  positionFractionMax: z.number().gt(0).exactOptional(),
  heldSide: sideSchema.exactOptional(),
  figures: z.array(z.number()).exactOptional(),
  documentIds: z.array(z.string()).exactOptional(),
  ruleIds: z.array(z.string()).exactOptional(),
});

export const askModelSchema = z.strictObject({
  /** Names the question for ever: the same key is answered by the stored outcome and never asked twice. */
  callKey: z.string().min(1).max(300),
  /** A task of the registry: it chooses the tier. */
  task: modelTaskSchema,
  /** A contract of schemas/llm/contracts. */
  contract: z.enum(CONTRACT_NAMES),
  promptId: z.string(),
  /** null: the arm of a running experiment, else the newest version. */
  promptVersion: z.number().int().min(1).nullable().default(null),
  variables: promptVariablesSchema.default({}),
  /** More variables: a JSON object that lies in `model_payloads` under this hash. */
  factsRef: z.string().nullable().default(null),
  untrusted: z.array(untrustedTextSchema).default([]),
  /** Symbols that an answer may name. */
  symbols: z.array(z.string()).default([]),
  bounds: answerBoundsSchema.default({}),
  sessionId: z.string().nullable().default(null),
  decisionId: z.string().nullable().default(null),
  conversationId: z.string().nullable().default(null),
  /** The session's clock, epoch ms: what the cache goes by. */
  asOfMs: z.number().int(),
  /** Where the window of data begins that the answer is judged on. @default asOfMs */
  windowFromMs: z.number().int().nullable().default(null),
  /** Consensus and evaluations set false: each answer is to be the model's own. */
  cache: z.boolean().default(true),
  /** A tier that the task's own is raised to: high conviction. */
  tierAtLeast: modelTierSchema.nullable().default(null),
  /** Only this provider's models; null: whoever the desk has. */
  provider: z.string().nullable().default(null),
  /** This model and no other; no fallback then. */
  model: z.string().nullable().default(null),
  tools: z.array(toolSpecSchema).nullable().default(null),
  priorTurns: priorTurnsSchema.nullable().default(null),
});
export type AskModelInput = z.input<typeof askModelSchema>;
export type AskModel = z.infer<typeof askModelSchema>;

/** The model wants these tools before it answers; asked again with `priorTurns` of this reference it goes on. */
export const toolsWantedSchema = z.strictObject({
  kind: z.literal('tools'),
  calls: z.array(toolCallSchema).min(1),
  turnsRef: z.string(),
  /** How many calls the desk allows one conversation; absent: as many as the conversation itself does. */
  callsMax: z.number().int().min(0).exactOptional(),
  callIds: z.array(z.string()),
  costMicroUsd: z.number().int().min(0),
  provider: z.string(),
  model: z.string(),
  promptId: z.string(),
  promptVersion: z.number().int().min(1),
  contaminated: z.boolean(),
});
export type ToolsWanted = z.infer<typeof toolsWantedSchema>;

/** What `askModel` answers; `tools` only when tools were offered. The value has passed its contract. */
export type AskOutcome = ModelOutcome<unknown> | ToolsWanted;
