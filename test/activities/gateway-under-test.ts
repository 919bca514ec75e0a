/**
 * The gateway with a provider that a test scripts, on a database of its own. Activities run in the SDK's own test bed.
 */

import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createModelActivities } from '../../activities/llm/ask-model.ts';
import type { GatewayParts } from '../../activities/llm/parts.ts';
import type { ModelProvider } from '../../adapters/llm/model-provider.ts';
import { loadPrompts } from '../../config/prompt-files.ts';
import { createModelStore } from '../../db/llm/model-store.ts';
import { registerPrompts } from '../../db/llm/prompts.ts';
import type { Database } from '../../db/tables.ts';
import type { AskModelInput, AskOutcome } from '../../schemas/llm/ask-model.ts';
import { budgetLimitsSchema } from '../../schemas/llm/budget.ts';
import type { ModelReply, ModelRequest } from '../../schemas/llm/model-call.ts';
import { MODEL_TASKS, type ModelRegistry, registrySchema } from '../../schemas/llm/model-registry.ts';
import { START_MS } from '../db/desk-database.ts';

/** Two models at two providers, one dollar a million tokens in, ten out; the second stands in for the first. */
export const REGISTRY: ModelRegistry = registrySchema.parse({
  providers: ['near', 'far'].map((name) => ({
    name,
    apiFamily: 'openaiChat',
    baseUrls: [`http://${name}.test/v1`],
    keyEnv: null,
  })),
  models: ['near', 'far'].map((name) => aModel(`${name}-1`, name)),
  tierDefaults: Object.fromEntries(['reasoning', 'fast', 'screening', 'local'].map((tier) => [tier, 'near-1'])),
  fallbacks: Object.fromEntries(['reasoning', 'fast', 'screening', 'local'].map((tier) => [tier, ['far-1']])),
  tasks: Object.fromEntries(MODEL_TASKS.map((task) => [task, 'fast'])),
});

export function aModel(id: string, provider: string) {
  return {
    id,
    provider,
    tier: 'fast',
    apiFamily: 'openaiChat',
    contextTokens: 100_000,
    outputTokensMax: 4_000,
    acceptsTemperature: true,
    acceptsForcedTools: true,
    prices: {
      inMicroUsdPerMTok: 1_000_000,
      outMicroUsdPerMTok: 10_000_000,
      cacheReadMicroUsdPerMTok: 100_000,
      cacheWriteMicroUsdPerMTok: null,
      asOf: '2026-11-01',
    },
    knowledgeCutoff: '2024-06-30',
    minDelayMs: 0,
    requestsPerMinute: 10_000,
    totalTimeoutMs: 30_000,
    idleTimeoutMs: 30_000,
  };
}

export const ADVICE = {
  version: 1,
  symbol: 'BTC/USDT',
  action: 'buy',
  confidence: 0.7,
  rationale: 'The trend is up.',
  riskLevel: 'low',
  warnings: [],
};

/** A whole reply that used 1,000 tokens in and 100 out: 2,000 micro-USD. */
export const aReply = (text: string, change: Partial<ModelReply> = {}): ModelReply => ({
  blocks: [{ type: 'text', text }],
  text,
  toolCalls: [],
  stop: 'end',
  usage: { tokensIn: 1_000, tokensCachedRead: 0, tokensCachedWrite: 0, tokensOut: 100 },
  providerRequestId: 'req-1',
  temperatureSent: 0.2,
  raw: '{}',
  ...change,
});

type Script = (request: ModelRequest, count: number) => Promise<ModelReply> | ModelReply;

export type GatewayUnderTest = {
  readonly requests: ModelRequest[];
  /** @param here what the attempt runs in; may be cancelled */
  readonly ask: (input?: Partial<AskModelInput>, here?: MockActivityEnvironment) => Promise<AskOutcome>;
  readonly store: GatewayParts['store'];
};

const provider = (name: string, requests: ModelRequest[], script: Script): ModelProvider => ({
  name,
  generate: async (request) => {
    requests.push(request);
    return script(request, requests.length);
  },
  health: async () => ({ ok: true, detail: 'scripted', latencyMs: 0, models: null }),
});

const PROMPTS = loadPrompts(path.resolve(import.meta.dirname, '../../prompts'));

/** A gateway with nothing in memory: a second one on the same database is a restart. */
export async function openGateway(
  db: Database,
  script: Script,
  change: Partial<GatewayParts> = {},
): Promise<GatewayUnderTest> {
  const requests: ModelRequest[] = [];
  const store = change.store ?? createModelStore(db);
  await registerPrompts(db, PROMPTS, START_MS);
  const activities = createModelActivities({
    store,
    registry: REGISTRY,
    providers: new Map(['near', 'far'].map((name) => [name, provider(name, requests, script)])),
    choice: { configured: ['near', 'far'], backend: null, defaultTier: null },
    limits: budgetLimitsSchema.parse({}),
    prompts: PROMPTS,
    temperature: null,
    defaultTemperature: 0.7,
    maxTokens: null,
    toolCallsMax: 10,
    nowMs: Date.now,
    newId: randomUUID,
    warn: () => undefined,
    ...change,
  });
  const ask = (input: Partial<AskModelInput> = {}, here = new MockActivityEnvironment()): Promise<AskOutcome> =>
    here.run(activities.askModel, aQuestion(input)) as Promise<AskOutcome>;
  return { requests, ask, store };
}

export const aQuestion = (change: Partial<AskModelInput> = {}): AskModelInput => ({
  callKey: randomUUID(),
  task: 'advice',
  contract: 'advice',
  promptId: 'advisor',
  variables: { asOf: '2024-07-05T00:00:00Z', symbol: 'BTC/USDT', close: '42000.5', rsi14: 61.25 },
  symbols: ['BTC/USDT'],
  asOfMs: Date.UTC(2024, 6, 5),
  cache: false,
  ...change,
});
