/**
 * A model server that answers what a case has written down for it, told apart by the case's name in the request, and the
 * product's gateway in front of it: its own registry, providers, budget and audit, on the desk's database.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ModelProvider } from '../../../adapters/llm/model-provider.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { registerPrompts } from '../../../db/llm/prompts.ts';
import type { Database } from '../../../db/tables.ts';
import type { AskModelInput, AskOutcome } from '../../../schemas/llm/ask-model.ts';
import { projectFolder } from '../../../scripts/lib/paths.ts';
import { llmActivities, llmSettings } from '../../../workers/llm.ts';
import { EXAM_CONFIG } from '../../exam.ts';
import { CONTENT_TYPES, FAMILIES, type Family, type Said, streamOf } from './wire-streams.ts';

/** An answer in the family's format, or whatever the case writes itself. */
type Say = Said | ((response: ServerResponse) => void);
type Told = { readonly family: Family; readonly said: readonly Say[] };

export type ModelServer = {
  readonly url: string;
  /** The bodies of every request, by the name of its case. */
  readonly bodies: Map<string, string[]>;
  /** What the case of this name is told, request by request; the last one stays. */
  readonly tells: (name: string, family: Family, ...said: readonly Say[]) => void;
  readonly close: () => Promise<void>;
};

/** The name of a case, or the symbol that its workflow is about. */
const NAME = /exam-case-[a-z0-9-]*[a-z0-9]|LOOP\d+\/USD/;

export async function startModelServer(): Promise<ModelServer> {
  const told = new Map<string, Told>();
  const bodies = new Map<string, string[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const [name = ''] = NAME.exec(`${request.url} ${body}`) ?? [];
      const before = bodies.get(name) ?? [];
      bodies.set(name, [...before, body]);
      answer(response, told.get(name), before.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    tells: (name, family, ...said) => void told.set(name, { family, said }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, told: Told | undefined, before: number): void {
  const said = told?.said[Math.min(before, told.said.length - 1)];
  if (told === undefined || said === undefined) return void response.destroy();
  if (typeof said === 'function') said(response);
  else response.writeHead(200, { 'content-type': CONTENT_TYPES[told.family] }).end(streamOf(told.family, said));
}

/** Keys that must stand in no body. */
export const CANARIES = ['sk-exam-canary-51c3d9', 'exam-aws-secret-canary-77e1', 'AKIAEXAMCANARY00000'] as const;
const [KEY, SECRET, KEY_ID] = CANARIES;

/** The environment of a desk that asks the server, one provider and one model a wire format. */
export function modelEnvironment(folder: string, url: string): Record<string, string> {
  const file = path.join(folder, 'models.yaml');
  writeFileSync(file, JSON.stringify(registryOf(url)));
  return {
    ...{ QUARTERDECK_MODELS: file, QUARTERDECK_ALLOW_LOOPBACK: '1' },
    ...{ LLM_DAILY_LIMIT_USD: '100000', LLM_MONTHLY_LIMIT_USD: '1000000' },
    ...{ OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET },
    AWS_REGION: 'us-east-1',
    ...{ ANTHROPIC_BEDROCK_BASE_URL: url, ANTHROPIC_BASE_URL: url, OPENAI_BASE_URL: `${url}/v1` },
  };
}

const KEYS = {
  ...{ anthropicMessages: 'ANTHROPIC_API_KEY', openaiResponses: 'OPENAI_API_KEY' },
  ...{ openaiChat: null, bedrockMessages: 'AWS' },
} as const;

/** Of the provider and of its one model. */
export const modelOf = (family: Family): string => `exam-${family.toLowerCase()}`;

const registryOf = (url: string) => ({
  providers: FAMILIES.map((apiFamily) => ({
    ...{ name: modelOf(apiFamily), apiFamily, keyEnv: KEYS[apiFamily] },
    baseUrls: [apiFamily.startsWith('openai') ? `${url}/v1` : url],
  })),
  models: FAMILIES.map((apiFamily) => ({
    ...{ id: modelOf(apiFamily), provider: modelOf(apiFamily), tier: 'fast', apiFamily },
    ...{ contextTokens: 100_000, outputTokensMax: 4_000, acceptsTemperature: true, acceptsForcedTools: true },
    prices: {
      ...{ inMicroUsdPerMTok: 1_000_000, outMicroUsdPerMTok: 2_000_000, cacheReadMicroUsdPerMTok: 100_000 },
      ...{ cacheWriteMicroUsdPerMTok: null, asOf: '2026-11-01' },
    },
    ...{ knowledgeCutoff: null, minDelayMs: 0, requestsPerMinute: 100_000 },
    ...{ totalTimeoutMs: 60_000, idleTimeoutMs: 30_000 },
  })),
  tierDefaults: { fast: modelOf('openaiChat') },
});

export type ModelSite = {
  readonly server: ModelServer;
  readonly db: Database;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly providers: ReadonlyMap<string, ModelProvider>;
  /** One question through the gateway; the case's name stands in it. */
  readonly ask: (name: string, family: Family, change?: Partial<AskModelInput>) => Promise<AskOutcome>;
  readonly close: () => Promise<void>;
};

export async function openModelSite(db: Database): Promise<ModelSite> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-models-'));
  const server = await startModelServer();
  const environment = modelEnvironment(folder, server.url);
  const settings = llmSettings(parseEnvironment(environment), { configFolder: EXAM_CONFIG, project: projectFolder });
  await registerPrompts(db, settings.prompts, Date.now());
  const { askModel } = llmActivities({ ...settings, db });
  return {
    ...{ server, db, folder, environment, providers: settings.providers },
    ask: (name, family, change = {}) =>
      new MockActivityEnvironment().run(askModel, { ...question(name), model: modelOf(family), ...change }),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const question = (name: string): AskModelInput => ({
  ...{ callKey: name, task: 'advice', contract: 'advice', promptId: 'advisor' },
  variables: { asOf: '2026-11-01T00:00:00Z', symbol: 'BTC/USDT', case: name },
  symbols: ['BTC/USDT'],
  asOfMs: Date.UTC(2026, 10, 1),
  cache: false,
});
