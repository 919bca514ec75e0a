/**
 * The settings of models, for config/environment.ts to read with all others. Money is USD in the environment and whole
 * micro-USD from here on; seconds become ms. No key is needed: without one the desk has its rules.
 */
import { z } from 'zod';
import { MODEL_TIERS, type ModelTier } from '../schemas/llm/model-registry.ts';
import { outsideUrlProblems } from '../schemas/outside-url.ts';
import type { Problem } from '../schemas/problem.ts';

export type ModelEnvironment = {
  readonly openaiBaseUrl: string | null;
  readonly anthropicBaseUrl: string | null;
  readonly bedrockBaseUrl: string | null;
  /** By the name of the variable; only those that are set. */
  readonly keys: Readonly<Record<string, string>>;
  readonly aws: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | null;
    readonly region: string;
  } | null;
  /** The only provider that is asked; null: every one that is configured, and the rules where none is. */
  readonly backend: string | null;
  /** Path of a GGUF file. */
  readonly modelPath: string | null;
  /** In place of what a prompt says; null: as it says. */
  readonly temperature: number | null;
  /** For a prompt that says none. */
  readonly defaultTemperature: number;
  /** No answer may be longer, in tokens; null: as its prompt says. */
  readonly maxTokens: number | null;
  /** In place of the totals of the registry; null: as it says. */
  readonly totalTimeoutMs: number | null;
  readonly dailyLimitMicroUsd: number;
  readonly monthlyLimitMicroUsd: number;
  /** In place of `fast` in the task table; null: as it says. */
  readonly defaultTier: ModelTier | null;
  readonly toolCallsMax: number;
  /** Whether decisions of the officers are put into words. */
  readonly officerCommentary: boolean;
  /** A second registry, merged over config/models.yaml. */
  readonly registryFile: string | null;
};

const MICRO = 1_000_000;
const TIMEOUT_S_MAX = 3_600;
const TOOL_CALLS_MAX = 10;
const LIMIT_USD_MAX = 1_000_000;

const key = z.string().regex(/^[\x21-\x7e]{4,512}$/);
const numberText = z
  .string()
  .regex(/^[0-9]{1,9}(\.[0-9]{1,6})?$/)
  .transform(Number);
const wholeText = z
  .string()
  .regex(/^[0-9]{1,9}$/)
  .transform(Number);
const temperature = numberText.refine((value) => value <= 2);
const limitUsd = numberText.refine((value) => value <= LIMIT_USD_MAX);

export const modelVariables = {
  OPENAI_API_KEY: key.optional(),
  OPENAI_BASE_URL: z.string().optional(),
  ANTHROPIC_API_KEY: key.optional(),
  ANTHROPIC_BASE_URL: z.string().optional(),
  AWS_ACCESS_KEY_ID: key.optional(),
  AWS_SECRET_ACCESS_KEY: key.optional(),
  AWS_SESSION_TOKEN: z.string().min(4).max(8_192).optional(),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/)
    .default('us-east-1'),
  ANTHROPIC_BEDROCK_BASE_URL: z.string().optional(),
  LLM_BACKEND: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .optional(),
  LLM_INSTRUCT_MODEL_PATH: z.string().optional(),
  LLM_TEMPERATURE: temperature.optional(),
  LLM_MAX_TOKENS: wholeText.refine((value) => value >= 1).optional(),
  LLM_TIMEOUT_S: numberText.refine((value) => value >= 0.001 && value <= TIMEOUT_S_MAX).optional(),
  LLM_DAILY_LIMIT_USD: limitUsd.default(5),
  LLM_MONTHLY_LIMIT_USD: limitUsd.default(100),
  AI_DEFAULT_TIER: z.enum(MODEL_TIERS).optional(),
  AI_MAX_TOOL_CALLS: wholeText.refine((value) => value <= TOOL_CALLS_MAX).default(TOOL_CALLS_MAX),
  AI_DEFAULT_TEMPERATURE: temperature.default(0.7),
  OFFICER_COMMENTARY: z.enum(['0', '1']).default('0'),
  QUARTERDECK_MODELS: z.string().optional(),
} as const;
type Name = keyof typeof modelVariables;
type Values = z.output<z.ZodObject<typeof modelVariables>>;

const KEY = 'a key of 4 to 512 printable characters';
const USD = 'USD, such as 5 or 2.50; 0 allows no call that costs';

export const MODEL_EXPECTATIONS: Readonly<Record<Name, readonly [expected: string, hint: string]>> = {
  OPENAI_API_KEY: [KEY, 'leave it out to do without OpenAI'],
  OPENAI_BASE_URL: ['an address with its /v1', 'leave it out for https://api.openai.com/v1'],
  ANTHROPIC_API_KEY: [KEY, 'leave it out to do without Anthropic'],
  ANTHROPIC_BASE_URL: ['an address without /v1', 'leave it out for https://api.anthropic.com'],
  AWS_ACCESS_KEY_ID: [KEY, 'leave it out to do without Bedrock'],
  AWS_SECRET_ACCESS_KEY: [KEY, 'leave it out to do without Bedrock'],
  AWS_SESSION_TOKEN: ['4 to 8192 characters', 'leave it out for a key that lasts'],
  AWS_REGION: ['a region such as us-east-1', 'leave it out for us-east-1'],
  ANTHROPIC_BEDROCK_BASE_URL: ['an address', "leave it out for the region's own"],
  LLM_BACKEND: ['the name of a provider in the registry', 'leave it out to use every one that is configured'],
  LLM_INSTRUCT_MODEL_PATH: ['the path of a GGUF file', ''],
  LLM_TEMPERATURE: ['a number from 0 to 2', 'leave it out for what each prompt says'],
  LLM_MAX_TOKENS: ['a whole number from 1', 'leave it out for what each prompt says'],
  LLM_TIMEOUT_S: ['seconds, at most 3600', 'leave it out for what the registry says'],
  LLM_DAILY_LIMIT_USD: [USD, 'leave it out for 5'],
  LLM_MONTHLY_LIMIT_USD: [USD, 'leave it out for 100'],
  AI_DEFAULT_TIER: [`one of ${MODEL_TIERS.join(', ')}`, 'leave it out for fast'],
  AI_MAX_TOOL_CALLS: ['a whole number from 0 to 10', 'leave it out for 10'],
  AI_DEFAULT_TEMPERATURE: ['a number from 0 to 2', 'leave it out for 0.7'],
  OFFICER_COMMENTARY: ['0 or 1', 'leave it out for 0'],
  QUARTERDECK_MODELS: ['the path of a registry file', 'leave it out for config/models.yaml alone'],
};

const ADDRESSES = ['OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_BEDROCK_BASE_URL'] as const;

/** An address that a person sets may lead to any public host over https; other hosts are asked for by name. */
export function modelAddressProblems(
  values: { readonly [N in (typeof ADDRESSES)[number]]?: string | undefined },
  allowLoopback: boolean,
): Problem[] {
  return ADDRESSES.flatMap((name) => {
    const text = values[name];
    if (text === undefined) return [];
    const hosts = URL.canParse(text) ? [new URL(text).hostname] : [];
    return outsideUrlProblems(name, text, { hosts, allowLoopback });
  });
}

export function modelEnvironment(values: Values): ModelEnvironment {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY } = values;
  return {
    openaiBaseUrl: values.OPENAI_BASE_URL ?? null,
    anthropicBaseUrl: values.ANTHROPIC_BASE_URL ?? null,
    bedrockBaseUrl: values.ANTHROPIC_BEDROCK_BASE_URL ?? null,
    keys: {
      ...(OPENAI_API_KEY === undefined ? {} : { OPENAI_API_KEY }),
      ...(ANTHROPIC_API_KEY === undefined ? {} : { ANTHROPIC_API_KEY }),
    },
    aws: awsOf(values),
    backend: values.LLM_BACKEND ?? null,
    modelPath: values.LLM_INSTRUCT_MODEL_PATH ?? null,
    temperature: values.LLM_TEMPERATURE ?? null,
    defaultTemperature: values.AI_DEFAULT_TEMPERATURE,
    maxTokens: values.LLM_MAX_TOKENS ?? null,
    totalTimeoutMs: values.LLM_TIMEOUT_S === undefined ? null : Math.round(values.LLM_TIMEOUT_S * 1_000),
    dailyLimitMicroUsd: Math.round(values.LLM_DAILY_LIMIT_USD * MICRO),
    monthlyLimitMicroUsd: Math.round(values.LLM_MONTHLY_LIMIT_USD * MICRO),
    defaultTier: values.AI_DEFAULT_TIER ?? null,
    toolCallsMax: values.AI_MAX_TOOL_CALLS,
    officerCommentary: values.OFFICER_COMMENTARY === '1',
    registryFile: values.QUARTERDECK_MODELS ?? null,
  };
}

function awsOf(values: Values): ModelEnvironment['aws'] {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = values;
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, sessionToken: values.AWS_SESSION_TOKEN ?? null, region: values.AWS_REGION };
}
