/** A model file in this process, and the rules: what they answer, and what is said where something is missing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocalGguf } from '../../../adapters/llm/local-gguf.ts';
import { createRules } from '../../../adapters/llm/rules.ts';
import type { ModelRequest } from '../../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../../schemas/llm/model-registry.ts';
import { writeTinyGguf } from './tiny-gguf.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gguf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record = (): ModelRecord => ({
  ...{ id: 'local-gguf', provider: 'gguf', tier: 'local', apiFamily: 'gguf', wireName: null, prices: 'unpriced' },
  ...{ contextTokens: 512, outputTokensMax: 200, acceptsTemperature: true, acceptsForcedTools: false },
  ...{ knowledgeCutoff: null, minDelayMs: 0, requestsPerMinute: 60, totalTimeoutMs: 60_000, idleTimeoutMs: 60_000 },
});
const SCHEMA = {
  type: 'object',
  properties: { action: { enum: ['BUY', 'SELL', 'HOLD'] }, ok: { type: 'boolean' } },
  required: ['action', 'ok'],
  additionalProperties: false,
};
const REQUEST: ModelRequest = {
  ...{ model: 'local-gguf', system: 'Be brief.', tools: [], maxTokens: 60, temperature: null },
  messages: [{ role: 'user', text: 'What now?\n\n{"symbol":"BTC/USDT"}' }],
  answer: { contract: 'advice', jsonSchema: SCHEMA },
  ...{ idleTimeoutMs: 60_000, totalTimeoutMs: 60_000 },
};

function isInstalled(): boolean {
  try {
    return createRequire(import.meta.url).resolve('node-llama-cpp') !== '';
  } catch {
    return false;
  }
}
const installed = isInstalled();
if (!installed) console.warn('node-llama-cpp is not installed: the model file is not asked in this run');

const gguf = (modelPath: string | null) => createLocalGguf({ name: 'gguf', modelPath, recordOf: record });
const ask = (modelPath: string | null) => gguf(modelPath).generate(REQUEST, { baseUrl: '' });

describe('a model file in this process', () => {
  it('is not found where there is none', async () => {
    const missing = path.join(folder, 'missing.gguf');
    await expect(ask(missing)).rejects.toMatchObject({ failure: { code: 'MODEL_FILE_NOT_FOUND', retryable: false } });
    await expect(ask(null)).rejects.toMatchObject({ failure: { code: 'MODEL_FILE_NOT_FOUND' } });
    expect(await gguf(missing).health('')).toMatchObject({ ok: false });
  });

  it.skipIf(installed)('says without its package how to get it', async () => {
    const file = path.join(folder, 'tiny.gguf');
    writeTinyGguf(file);
    const detail = expect.stringContaining('npm install --no-save node-llama-cpp@');
    await expect(ask(file)).rejects.toMatchObject({ failure: { code: 'PROVIDER_NOT_INSTALLED', detail } });
  });

  it.skipIf(!installed)('answers in the shape of the contract', { timeout: 120_000 }, async () => {
    const file = path.join(folder, 'asked.gguf');
    writeTinyGguf(file);
    const reply = await ask(file);
    expect(reply).toMatchObject({ stop: 'end', temperatureSent: null, toolCalls: [] });
    expect(JSON.parse(reply.text)).toEqual({
      action: expect.stringMatching(/^(BUY|SELL|HOLD)$/),
      ok: expect.any(Boolean),
    });
    expect(reply.usage?.tokensOut).toBeGreaterThan(10);
  });
});

describe('the rules', () => {
  const rules = createRules('rules', (contract, facts) => (contract === 'advice' ? { contract, ...facts } : null));

  it('answer from the facts in the question, for nothing', async () => {
    const reply = await rules.generate(REQUEST, { baseUrl: '' });
    expect(JSON.parse(reply.text)).toEqual({ contract: 'advice', symbol: 'BTC/USDT' });
    expect(reply).toMatchObject({ stop: 'end', usage: { tokensIn: 0, tokensOut: 0 }, temperatureSent: null });
  });

  it('have no opinion where there is no rule', async () => {
    const asked = { ...REQUEST, answer: { contract: 'poem', jsonSchema: SCHEMA } };
    expect((await rules.generate(asked, { baseUrl: '' })).stop).toBe('refused');
  });
});
