/**
 * What the desk knows about models: which provider serves one, what its interface accepts, what it costs, and until
 * when its training reached. Read from config/models.yaml. Prices are whole micro-USD per million tokens (4 USD =
 * 4000000); `unpriced` may stand in the file, but such a model is never asked (CONFIG_PRICE_MISSING). Durations in ms.
 */
import { z } from 'zod';

export const MODEL_TIERS = ['reasoning', 'fast', 'screening', 'local'] as const;
export const modelTierSchema = z.enum(MODEL_TIERS);
export type ModelTier = z.infer<typeof modelTierSchema>;

/** The wire format. `gguf` and `rules` answer inside this process. */
export const API_FAMILIES = [
  'anthropicMessages',
  'openaiResponses',
  'openaiChat',
  'bedrockMessages',
  'gguf',
  'rules',
] as const;
export const apiFamilySchema = z.enum(API_FAMILIES);

/** What a model may be asked for; config/models.yaml gives each its tier. */
export const MODEL_TASKS = [
  'screening',
  'evaluation',
  'advice',
  'extraction',
  'analysis',
  'deepAnalysis',
  'strategyDesign',
  'riskAssessment',
  'consensus',
  'tieBreak',
  'contrarian',
  'debate',
  'highConviction',
  'regime',
  'exitPlan',
  'hypothesis',
  'backtestExplanation',
  'riskChecklist',
  'knowledgeAnswer',
  'commentary',
] as const;
export const modelTaskSchema = z.enum(MODEL_TASKS);
export type ModelTask = z.infer<typeof modelTaskSchema>;

const price = z.number().int().min(0);
const isoDate = z.iso.date();

const ratesSchema = z.strictObject({
  inMicroUsdPerMTok: price,
  outMicroUsdPerMTok: price,
  /** Tokens read from the provider's prompt cache. */
  cacheReadMicroUsdPerMTok: price,
  /** Tokens written to it for five minutes; null where writing costs what reading in costs. */
  cacheWriteMicroUsdPerMTok: price.nullable(),
  /** Tokens written to it for an hour. */
  cacheWriteHourMicroUsdPerMTok: price.nullable().default(null),
});
export type ModelRates = z.infer<typeof ratesSchema>;

export const modelPricesSchema = ratesSchema.extend({
  /** The day on which these prices were read. */
  asOf: isoDate,
  /** How sure they are: `high` from the vendor's page, `low` from hearsay. */
  certainty: z.enum(['high', 'medium', 'low']).default('high'),
  /** What the same costs in a batch, of these prices. */
  batchFraction: z.number().gt(0).max(1).default(1),
  /** Other prices for a prompt of more than `aboveTokens`, cached tokens counted. */
  longPrompt: ratesSchema
    .extend({ aboveTokens: z.number().int().min(1) })
    .nullable()
    .default(null),
});
export type ModelPrices = z.infer<typeof modelPricesSchema>;

const DURATION_MS_MAX = 3_600_000;
const durationMs = z.number().int().min(1).max(DURATION_MS_MAX);

export const modelRecordSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/),
  provider: z.string().min(1).max(64),
  tier: modelTierSchema,
  apiFamily: apiFamilySchema,
  /** The name on the wire where it is not the id. */
  wireName: z.string().min(1).max(256).nullable().default(null),
  contextTokens: z.number().int().min(128),
  outputTokensMax: z.number().int().min(1),
  /**
   * Room for thoughts, on top of what a prompt allows the answer, up to `outputTokensMax` for both: every vendor counts
   * and bills them as output, so without it a model may think until nothing is left to answer with. @default 0
   */
  thinkingTokens: z.number().int().min(0).exactOptional(),
  /**
   * What Chat Completions calls the limit on output: OpenAI's reasoning models refuse `max_tokens`, and Ollama reads
   * nothing else. For apiFamily `openaiChat` only. @default max_tokens
   */
  outputLimitName: z.enum(['max_tokens', 'max_completion_tokens']).exactOptional(),
  acceptsTemperature: z.boolean(),
  acceptsForcedTools: z.boolean(),
  prices: z.union([modelPricesSchema, z.literal('unpriced')]),
  /** The last day of its training data; null: it has none (rules). */
  knowledgeCutoff: isoDate.nullable(),
  /** At least this long between two calls of this model. */
  minDelayMs: z.number().int().min(0).max(DURATION_MS_MAX),
  requestsPerMinute: z.number().int().min(1),
  totalTimeoutMs: durationMs,
  idleTimeoutMs: durationMs,
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

export const providerRecordSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  apiFamily: apiFamilySchema,
  /** Asked in turn, each with its own breaker; empty for what answers inside this process. */
  baseUrls: z.array(z.string().min(1).max(512)).max(16),
  /** The environment variable with the key; null: it needs none. */
  keyEnv: z.enum(['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'AWS']).nullable(),
});
export type ProviderRecord = z.infer<typeof providerRecordSchema>;

const perTier = <S extends z.ZodType>(inner: S) =>
  z.strictObject({ reasoning: inner, fast: inner, screening: inner, local: inner });
const modelId = modelRecordSchema.shape.id;

export const registrySchema = z.strictObject({
  providers: z.array(providerRecordSchema).min(1).max(64),
  models: z.array(modelRecordSchema).min(1).max(512),
  /** The model of a tier. */
  tierDefaults: perTier(modelId),
  tasks: z.strictObject(
    Object.fromEntries(MODEL_TASKS.map((task) => [task, modelTierSchema])) as Record<ModelTask, typeof modelTierSchema>,
  ),
  /** The models asked after the one of the tier, in this order, when it cannot answer. */
  fallbacks: perTier(z.array(modelId).max(16)),
});
export type ModelRegistry = z.infer<typeof registrySchema>;
