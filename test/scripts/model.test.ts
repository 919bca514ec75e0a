/**
 * `npm run model` as a process: without any key, with a server of one's own, with a key that is refused, and with
 * settings and words that are wrong. Keys are never told.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { type ModelPeer, startModelPeer } from '../adapters/llm/peers/model-peer.ts';
import { chatFormat, responsesFormat } from '../adapters/llm/peers/openai-formats.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { programWords } from '../setup/program.ts';
import type { Json } from './lib/venue/venue-under-test.ts';

const KEY = 'sk-canary-3f8b11aa07';
const NO_MODELS = {
  ...{ OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined, ANTHROPIC_API_KEY: undefined, LLM_BACKEND: undefined },
  ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, QUARTERDECK_MODELS: undefined },
  ...{ LLM_INSTRUCT_MODEL_PATH: undefined, LLM_DAILY_LIMIT_USD: undefined },
};

let home: string;
let database: TestDatabase;
let peer: ModelPeer;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'quarterdeck-model-'));
  database = await createTestDatabase();
});
beforeEach(async () => {
  peer = await startModelPeer(chatFormat);
});
afterEach(() => peer.close());
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

type Ran = { readonly code: number; readonly json: Json; readonly output: string };

function model(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Promise<Ran> {
  const desk = { QUARTERDECK_HOME: home, DATABASE_URL: database.appUrl, QUARTERDECK_ALLOW_LOOPBACK: '1' };
  const options = { env: inheritedEnvironment({ ...NO_MODELS, ...desk, ...env }) };
  return new Promise((resolve) => {
    execFile(process.execPath, [...programWords('scripts/model.ts'), ...args, '--json'], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), json: JSON.parse(out), output: `${out}${err}` });
    });
  });
}

const ownServer = () => ({ LLM_BACKEND: 'openai-compatible', OPENAI_BASE_URL: `${peer.url}/v1` });
const providersOf = ({ json }: Ran): Json[] => json.providers as Json[];
const problemsOf = ({ json }: Ran): string[] => (json.problems as Json[]).map(({ code, path: at }) => `${code} ${at}`);
const says = (answer: string): void => {
  const reply = { version: 1, answered: true, answer, confidence: 0.6, citations: [] };
  peer.script = [{ kind: 'answer', answer: { text: JSON.stringify(reply) } }];
};

it('answers by rule without any key, and says of every other provider what it needs', async () => {
  const [checked, asked] = await Promise.all([model(['check']), model(['ask', 'What is a stop?'])]);
  expect(checked.code).toBe(0);
  const needs = Object.fromEntries(
    providersOf(checked).map(({ provider, ok, detail }) => [provider, `${ok} ${detail}`]),
  );
  expect(needs.rules).toBe('true answers by rule, without a model');
  expect(needs.anthropic).toBe('null not configured: it needs ANTHROPIC_API_KEY');
  expect(needs.bedrock).toContain('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  expect(needs.gguf).toContain('LLM_INSTRUCT_MODEL_PATH');
  expect(asked).toMatchObject({ code: 0, json: { ok: true, provider: 'rules', costMicroUsd: 0 } });
});

it('looks at a server of one’s own and asks it through the gateway', async () => {
  says('An order that waits below the price.');
  const [checked, asked] = await Promise.all([
    model(['check'], ownServer()),
    model(['ask', 'What is a stop?'], ownServer()),
  ]);
  expect(checked.code).toBe(0);
  const found = providersOf(checked).find(({ provider }) => provider === 'openai-compatible');
  expect(found).toMatchObject({ ok: true, detail: 'it serves 2 models' });
  expect(asked).toMatchObject({ code: 0, json: { provider: 'openai-compatible', value: { confidence: 0.6 } } });
  expect(peer.requests.some(({ text }) => text.includes('What is a stop?'))).toBe(true);
});

it('tells a key that is refused and a server that is gone, without the key', async () => {
  await peer.close();
  peer = await startModelPeer(responsesFormat);
  const refused = JSON.stringify({ error: { type: 'invalid_api_key', message: `Incorrect API key provided: ${KEY}` } });
  peer.script = [{ kind: 'status', status: 401, headers: { 'content-type': 'application/json' }, body: refused }];
  const keyed = { LLM_BACKEND: 'openai', OPENAI_API_KEY: KEY };
  const [wrongKey, gone] = await Promise.all([
    model(['ask', 'Hello?'], { ...keyed, OPENAI_BASE_URL: `${peer.url}/v1` }),
    model(['check'], { ...keyed, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }),
  ]);
  expect(wrongKey).toMatchObject({ code: 1, json: { ok: false, reason: 'LLM_AUTH' } });
  expect(peer.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(gone.code).toBe(1);
  expect(providersOf(gone).find(({ provider }) => provider === 'openai')).toMatchObject({ ok: false });
  expect(`${wrongKey.output}${gone.output}`).not.toContain(KEY);
});

const unheard = (headers: Record<string, string>) =>
  ({ kind: 'status', status: 429, headers: { 'content-type': 'application/json', ...headers }, body: '{}' }) as const;

it('asks again what may help later, while that is soon, and is told so where it is not', async () => {
  says('Yes.');
  peer.script = [unheard({ 'retry-after': '1' }), ...peer.script];
  const again = await model(['ask', 'Hello?'], ownServer());
  expect(again).toMatchObject({ code: 0, json: { ok: true, value: { answer: 'Yes.' } } });
  expect(again.json.callIds).toHaveLength(2);
  peer.script = [unheard({ 'retry-after': '200' })];
  const late = await model(['ask', 'Hello?'], ownServer());
  expect(late).toMatchObject({ code: 1, json: { ok: false, kind: 'noDecision', reason: 'LLM_RATE_LIMITED' } });
  expect(late.json.callIds).toHaveLength(1);
});

const MISTAKES = [
  [['ask', 'Hello?', '--model', 'gpt-2'], {}, ['ARGUMENT_VALUE --model']],
  [['ask'], {}, ['QUESTION']],
  [['chek'], {}, ['ARGUMENT_UNKNOWN']],
  [['check'], { LLM_BACKEND: 'oracle' }, ['CONFIG_ENUM LLM_BACKEND']],
  [['check'], { LLM_BACKEND: 'anthropic' }, ['CONFIG_REQUIRED LLM_BACKEND']],
  [
    ['check'],
    { OPENAI_BASE_URL: `https://u:${KEY}@x.example`, LLM_TEMPERATURE: '3' },
    ['OPENAI_BASE_URL', 'LLM_TEMPERATURE'],
  ],
] as const;

it('ends with 2 and names every mistake in words and settings', async () => {
  const ran = await Promise.all(MISTAKES.map(([args, env]) => model(args, env)));
  ran.forEach((one, index) => {
    expect(one.code).toBe(2);
    for (const expected of MISTAKES[index]?.[2] ?? []) expect(problemsOf(one).join('\n')).toContain(expected);
    expect(one.output).not.toContain(KEY);
  });
});

it('ends with 1 where the model file is not there, and with 3 where Postgres is not', async () => {
  const file = { LLM_BACKEND: 'gguf', LLM_INSTRUCT_MODEL_PATH: path.join(home, 'missing.gguf') };
  const [checked, asked] = await Promise.all([
    model(['check'], file),
    model(['ask', 'Hello?'], { DATABASE_URL: 'postgres://quarterdeck:x@127.0.0.1:1/nowhere' }),
  ]);
  expect(checked.code).toBe(1);
  expect(providersOf(checked).find(({ provider }) => provider === 'gguf')?.detail).toContain('MODEL_FILE_NOT_FOUND');
  expect(asked.code).toBe(3);
});
