/** config/models.yaml as it is shipped, a file of one's own merged over it, and every mistake told at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../config/environment.ts';
import { configuredProviders, loadModelRegistry } from '../../config/model-registry.ts';
import { chooseModels } from '../../domain/llm/choose-model.ts';
import { costCeilingMicroUsd, costMicroUsd, pricesOf } from '../../domain/llm/cost.ts';
import { InvalidInput, type Problem } from '../../schemas/problem.ts';

const CONFIG = fileURLToPath(new URL('../../config', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function load(raw: Record<string, string> = {}, extra: string | null = null) {
  files += 1;
  const file = path.join(folder, `models-${files}.yaml`);
  if (extra !== null) writeFileSync(file, extra);
  const { models, allowLoopback } = parseEnvironment({
    ...raw,
    ...(extra === null ? {} : { QUARTERDECK_MODELS: file }),
  });
  return { registry: loadModelRegistry(CONFIG, { models, allowLoopback }), settings: models };
}

function problemsOf(raw: Record<string, string>, extra: string | null = null): readonly Problem[] {
  try {
    load(raw, extra);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

const OWN = (prices: string): string => `
models:
  - { id: own, provider: openai, tier: fast, apiFamily: openaiResponses, contextTokens: 1000, outputTokensMax: 100,
      acceptsTemperature: true, acceptsForcedTools: true, prices: ${prices}, knowledgeCutoff: "2026-01-31",
      minDelayMs: 0, requestsPerMinute: 60, totalTimeoutMs: 30000, idleTimeoutMs: 30000 }
`;
const PRICES =
  '{ inMicroUsdPerMTok: 2000000, outMicroUsdPerMTok: 8000000, cacheReadMicroUsdPerMTok: 500000, ' +
  'cacheWriteMicroUsdPerMTok: null, asOf: "2026-11-01" }';

const choice = (settings: ReturnType<typeof load>) => ({
  ...{ model: null, tierAtLeast: null, defaultTier: null, demoted: [], unavailable: [] },
  ...{ backend: settings.settings.backend, configured: configuredProviders(settings.registry, settings.settings) },
});

describe('the registry', () => {
  it('is the default of a first run: no key, and the rules answer everything for nothing', () => {
    const loaded = load();
    expect(configuredProviders(loaded.registry, loaded.settings)).toEqual(['rules']);
    const chosen = chooseModels(loaded.registry, { ...choice(loaded), task: 'deepAnalysis' });
    expect(chosen.map(({ id }) => id)).toEqual(['rules']);
    expect(
      costCeilingMicroUsd(pricesOf({ id: 'rules', prices: chosen[0]?.prices ?? 'unpriced' }), 10_000, 10_000),
    ).toBe(0);
  });

  it('asks the tier of the task, then its fallbacks, and never the rules in the name of a model', () => {
    const loaded = load({ OPENAI_API_KEY: 'sk-openai', ANTHROPIC_API_KEY: 'sk-anthropic' });
    const ids = (task: 'advice' | 'deepAnalysis') =>
      chooseModels(loaded.registry, { ...choice(loaded), task }).map(({ id }) => id);
    expect(ids('advice')).toEqual(['claude-sonnet-5-5', 'gpt-6.1-terra', 'claude-haiku-5-5', 'gpt-6-luna']);
    expect(ids('deepAnalysis')).toEqual(['claude-opus-5-5', 'gpt-6.1-sol', 'claude-opus-5', 'gpt-6-astra']);
  });

  it('takes the addresses and timeouts of the environment, and asks the backend alone', () => {
    const url = 'http://127.0.0.1:9/v1';
    const raw = {
      OPENAI_BASE_URL: url,
      LLM_TIMEOUT_S: '2.5',
      LLM_BACKEND: 'openai-compatible',
      QUARTERDECK_ALLOW_LOOPBACK: '1',
    };
    const loaded = load({ ...raw, ANTHROPIC_API_KEY: 'sk-anthropic' });
    const addresses = Object.fromEntries(loaded.registry.providers.map(({ name, baseUrls }) => [name, baseUrls]));
    expect(addresses['openai-compatible']).toEqual([url]);
    expect(addresses.openai).toEqual(['https://api.openai.com/v1']);
    const keyOf = (from: ReturnType<typeof load>) =>
      from.registry.providers.find(({ name }) => name === 'openai-compatible')?.keyEnv;
    expect(keyOf(loaded)).toBeNull();
    expect(keyOf(load({ ...raw, OPENAI_API_KEY: 'sk-theirs' }))).toBe('OPENAI_API_KEY');
    expect(keyOf(load({ OPENAI_API_KEY: 'sk-openai' }))).toBeNull();
    const chosen = chooseModels(loaded.registry, { ...choice(loaded), task: 'strategyDesign' });
    expect(chosen.map(({ id, totalTimeoutMs }) => [id, totalTimeoutMs])).toEqual([['local-chat', 2_500]]);
  });

  it('merges a file of one’s own: a model more, and a tier that leads to it', () => {
    const { registry } = load({}, `${OWN(PRICES)}tierDefaults: { fast: own }\n`);
    expect(registry.tierDefaults).toMatchObject({ fast: 'own', reasoning: 'claude-opus-5-5' });
    expect(registry.models.filter(({ id }) => id === 'own')).toHaveLength(1);
  });

  it('never asks a model without a price, and says what is missing', () => {
    const loaded = load({ OPENAI_API_KEY: 'sk-openai' }, OWN('unpriced'));
    const chosen = chooseModels(loaded.registry, { ...choice(loaded), task: 'advice', model: 'own' });
    expect(chosen).toEqual([]);
    expect(() => pricesOf({ id: 'own', prices: 'unpriced' })).toThrow('CONFIG_PRICE_MISSING');
  });

  it('gives room for thoughts to the models that think unasked, and to no others', () => {
    const { models } = load().registry;
    const thinking = models.filter(({ thinkingTokens = 0 }) => thinkingTokens > 0);
    const priced = models.filter(
      ({ apiFamily }) => apiFamily === 'anthropicMessages' || apiFamily === 'openaiResponses',
    );
    // Haiku 4.5 thinks only where it is told to.
    const expected = [...priced.filter(({ id }) => id !== 'claude-haiku-4-5').map(({ id }) => id), 'local-chat'];
    expect(new Set(thinking.map(({ id }) => id))).toEqual(new Set(expected));
  });

  it.each([
    ['no room for the answer', 'thinkingTokens: 100', 'CONFIG_LIMIT_ORDER models.own.thinkingTokens'],
    ['less than nothing', 'thinkingTokens: -1', 'CONFIG_SIGN models.0.thinkingTokens'],
    ['half a token', 'thinkingTokens: 1.5', 'CONFIG_TYPE models.0.thinkingTokens'],
    ['a name that no API has', 'outputLimitName: max_token', 'CONFIG_ENUM models.0.outputLimitName'],
    ['a second name for one', 'outputLimitName: max_tokens', 'CONFIG_UNKNOWN_KEY models.own.outputLimitName'],
  ])('refuses %s', (_, field, expected) => {
    const extra = OWN(PRICES).replace('outputTokensMax: 100', `outputTokensMax: 100, ${field}`);
    expect(problemsOf({}, extra).map(({ code, path: where }) => `${code} ${where}`)).toEqual([expected]);
  });

  it.each([
    ['a price per token', PRICES.replace('2000000', '2')],
    ['a price of nothing', PRICES.replace('2000000', '0')],
    ['plain USD', PRICES.replace('8000000', '8')],
  ])('finds %s implausible', (_, prices) => {
    expect(problemsOf({}, OWN(prices)).map(({ code }) => code)).toEqual(['CONFIG_PRICE_IMPLAUSIBLE']);
  });

  it('lists all mistakes of a file at once', () => {
    const extra = `${OWN(PRICES.replace('asOf', 'as_of'))}tierDefaults: { fast: 7 }\nprovders: []\n`;
    const found = problemsOf({}, extra).map(({ code, path: where }) => `${code} ${where}`);
    expect(found).toContain('CONFIG_UNKNOWN_KEY provders');
    expect(found).toContain('CONFIG_UNKNOWN_KEY models.0.prices.as_of');
    expect(found.some((one) => one.endsWith('tierDefaults.fast'))).toBe(true);
  });

  it('refuses names that lead nowhere, loopback that is not allowed, and a backend without its key', () => {
    const codes = (raw: Record<string, string>, extra: string | null = null) =>
      problemsOf(raw, extra).map(({ code }) => code);
    expect(codes({}, 'fallbacks: { fast: [claude-sonet-5-5] }\n')).toEqual(['CONFIG_UNKNOWN_NAME']);
    const local =
      'providers: [{ name: openai-compatible, apiFamily: openaiChat, keyEnv: null,' +
      ' baseUrls: ["http://127.0.0.1:1/v1"] }]\n';
    expect(codes({}, local)).toEqual(['CONFIG_URL_BLOCKED']);
    expect(codes({ QUARTERDECK_ALLOW_LOOPBACK: '1' }, local)).toEqual([]);
    expect(codes({ LLM_BACKEND: 'anthropic' })).toEqual(['CONFIG_REQUIRED']);
    expect(codes({ LLM_BACKEND: 'antropic' })).toEqual(['CONFIG_ENUM']);
  });
});

describe('what a call costs', () => {
  const { registry } = load();
  const prices = (model: string) => {
    const found = registry.models.find(({ id }) => id === model);
    if (found === undefined) throw new Error(model);
    return pricesOf(found);
  };
  const used = { tokensIn: 1_000, tokensCachedRead: 0, tokensCachedWrite: 0, tokensOut: 500 };

  it.each([
    // 1,000 × 2 USD + 500 × 10 USD per million = 0.007 USD
    ['claude-sonnet-5-5', used, 7_000],
    // + 10,000 read at 0.20, 2,000 written at 2.50 and 1,000 at 4 USD
    [
      'claude-sonnet-5-5',
      { ...used, tokensCachedRead: 10_000, tokensCachedWrite: 3_000, tokensCachedWriteHour: 1_000 },
      18_000,
    ],
    // rounded up: 1 token at 0.10 USD per million is 0.1 micro-USD
    ['claude-haiku-5-5', { ...used, tokensIn: 1, tokensOut: 0 }, 1],
    // above 100,000 tokens the whole prompt is dearer: 100,001 × 0.50 + 500 × 2.50
    ['claude-haiku-5-5', { ...used, tokensIn: 100_001 }, 51_251],
    ['rules', used, 0],
  ])('is counted in whole micro-USD: %s', (model, usage, expected) => {
    expect(costMicroUsd(prices(model), usage)).toBe(expected);
    const prompt = usage.tokensIn + usage.tokensCachedRead + usage.tokensCachedWrite;
    expect(costCeilingMicroUsd(prices(model), prompt, usage.tokensOut)).toBeGreaterThanOrEqual(expected);
  });
});
