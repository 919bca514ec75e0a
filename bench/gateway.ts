/**
 * What the gateway adds to a call of a model: `askModel` with its ledger, audit and breaker in a Postgres of its own
 * that waits for its disk, beside the bare SDK, against the same local server, in turn, in one run. Not in it:
 * Temporal's own dispatch of the activity. Exit code 1 when the 95th percentile lies more than 25 ms above the SDK's.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { MockActivityEnvironment } from '@temporalio/testing';
import { OpenAI } from 'openai';
import { parseEnvironment } from '../config/environment.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { registerPrompts } from '../db/llm/prompts.ts';
import { migrate } from '../db/migrate.ts';
import type { AskModelInput, AskOutcome } from '../schemas/llm/ask-model.ts';
import type { Problem } from '../schemas/problem.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import { projectFolder } from '../scripts/lib/paths.ts';
import { rolePasswords, startPostgres, stopPostgres } from '../scripts/lib/postgres.ts';
import { localUrl } from '../scripts/lib/postgres-probe.ts';
import { say } from '../scripts/lib/progress.ts';
import { llmActivities, llmSettings } from '../workers/llm.ts';
import { type Bench, type BenchAnswer, shown } from './bench.ts';
import { type AdviceServer, startAdviceServer } from './gateway/advice-server.ts';

const OVERHEAD_MS_MAX = 25;
const WARM_UP = 20;
const MODEL = 'bench-chat';

type Call = () => Promise<unknown>;
type Flags = { readonly calls: number; readonly repeats: number };

export const bench: Bench = async (words) => {
  const flags = readFlags(words);
  const server = await startAdviceServer();
  const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-bench-'));
  try {
    say(`${flags.repeats} × ${flags.calls} calls each, in turn`);
    return await onPostgres(folder, (databaseUrl) => measured(databaseUrl, server, folder, flags));
  } finally {
    await stopPostgres(folder);
    await server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

function readFlags(words: readonly string[]): Flags {
  const command = new Command('bench gateway')
    .option('--calls <count>', 'calls of each kind', '200')
    .option('--repeats <count>', 'rounds of that many; the median of their percentiles counts', '3')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  let flags = { calls: 0, repeats: 0 };
  const read = (): Problem[] => {
    const { calls, repeats } = command.opts();
    flags = {
      calls: wholeNumber('--calls', calls, 20, 10_000, problems),
      repeats: wholeNumber('--repeats', repeats, 1, 100, problems),
    };
    return problems;
  };
  parseFlags(command, read, words);
  return flags;
}

async function onPostgres<T>(folder: string, work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const { adminUrl, port } = await startPostgres(folder);
  const passwords = rolePasswords(folder);
  await migrate(adminUrl, passwords);
  const url = new URL(localUrl(port, 'quarterdeck_app', passwords.appPassword));
  url.pathname = new URL(adminUrl).pathname;
  return work(url.href);
}

async function measured(
  databaseUrl: string,
  server: AdviceServer,
  folder: string,
  { calls, repeats }: Flags,
): Promise<BenchAnswer> {
  const db = openDatabase(databaseUrl, { poolSize: 4 });
  try {
    const settings = settingsFor(server, folder);
    await registerPrompts(db, settings.prompts, Date.now());
    const { askModel } = llmActivities({ ...settings, db });
    const gateway = async (): Promise<void> => {
      const outcome = (await new MockActivityEnvironment().run(askModel, question())) as AskOutcome;
      if (outcome.kind !== 'answer') throw new Error(`no answer: ${JSON.stringify(outcome)}`);
    };
    const sdk = bareCall(server);
    await timesOf([sdk, gateway], WARM_UP);
    const rounds: Percentiles[] = [];
    for (let round = 0; round < repeats; round += 1) rounds.push(percentiles(await timesOf([sdk, gateway], calls)));
    return answerOf(rounds, { calls, repeats });
  } finally {
    await closeDatabase(db);
  }
}

/** A model that nothing holds back: neither its pace nor its budget. */
function settingsFor(server: AdviceServer, folder: string) {
  const model = {
    ...{ id: MODEL, provider: 'openai-compatible', tier: 'fast', apiFamily: 'openaiChat', contextTokens: 32_768 },
    ...{ outputTokensMax: 8_192, acceptsTemperature: true, acceptsForcedTools: false, knowledgeCutoff: '2020-01-01' },
    prices: {
      ...{ inMicroUsdPerMTok: 1_000, outMicroUsdPerMTok: 1_000, cacheReadMicroUsdPerMTok: 1_000 },
      cacheWriteMicroUsdPerMTok: null,
      asOf: '2026-11-01',
    },
    ...{ minDelayMs: 0, requestsPerMinute: 1_000_000, totalTimeoutMs: 30_000, idleTimeoutMs: 30_000 },
  };
  const file = path.join(folder, 'models.yaml');
  writeFileSync(file, JSON.stringify({ models: [model], tierDefaults: { fast: MODEL } }));
  const environment = parseEnvironment({
    ...{ OPENAI_BASE_URL: server.url, LLM_BACKEND: 'openai-compatible', QUARTERDECK_MODELS: file },
    QUARTERDECK_ALLOW_LOOPBACK: '1',
  });
  return llmSettings(environment, { configFolder: path.join(projectFolder, 'config'), project: projectFolder });
}

const question = (): AskModelInput => ({
  ...{ callKey: randomUUID(), task: 'advice', contract: 'advice', promptId: 'advisor', symbols: ['BTC/USDT'] },
  variables: { asOf: '2026-01-01T00:00:00Z', symbol: 'BTC/USDT', close: '42000.5', rsi14: 61.25 },
  ...{ sessionId: 'bench', decisionId: randomUUID(), asOfMs: Date.UTC(2026, 0, 1), cache: false },
});

/** The same question in the fewest words: a stream, read to its end, and the answer parsed. */
function bareCall({ url }: AdviceServer): Call {
  const client = new OpenAI({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  return async () => {
    const stream = await client.chat.completions.create({
      ...{ model: MODEL, stream: true, stream_options: { include_usage: true } },
      messages: [{ role: 'user', content: 'BTC/USDT, close 42000.5, rsi14 61.25: advise.' }],
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    return JSON.parse(text) as unknown;
  };
}

/** Milliseconds of each call; all kinds take turns, so that what disturbs one disturbs the others. */
async function timesOf(kinds: readonly Call[], count: number): Promise<number[][]> {
  const times: number[][] = kinds.map(() => []);
  for (let n = 0; n < count; n += 1) {
    for (const [kind, call] of kinds.entries()) {
      const startedAt = performance.now();
      await call();
      times[kind]?.push(performance.now() - startedAt);
    }
  }
  return times;
}

type Percentiles = Readonly<Record<'sdkP50' | 'sdkP95' | 'gatewayP50' | 'gatewayP95', number>>;

function percentiles([sdk = [], gateway = []]: readonly number[][]): Percentiles {
  return { sdkP50: at(sdk, 0.5), sdkP95: at(sdk, 0.95), gatewayP50: at(gateway, 0.5), gatewayP95: at(gateway, 0.95) };
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

function answerOf(rounds: readonly Percentiles[], { calls, repeats }: Flags): BenchAnswer {
  const middle = (name: keyof Percentiles): number =>
    at(
      rounds.map((round) => round[name]),
      0.5,
    );
  const [sdkP50, sdkP95, gatewayP50, gatewayP95] = [
    middle('sdkP50'),
    middle('sdkP95'),
    middle('gatewayP50'),
    middle('gatewayP95'),
  ];
  const overheadP95Ms = gatewayP95 - sdkP95;
  const ok = overheadP95Ms <= OVERHEAD_MS_MAX;
  const figures = { sdkP50, sdkP95, gatewayP50, gatewayP95, overheadP50Ms: gatewayP50 - sdkP50, overheadP95Ms };
  const told = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, shown(value)]));
  return {
    document: { ok, calls, repeats, ...told, ratioP95: shown(gatewayP95 / sdkP95), overheadMsMax: OVERHEAD_MS_MAX },
    lines: [
      `bare SDK  p50 ${shown(sdkP50)} ms, p95 ${shown(sdkP95)} ms`,
      `gateway   p50 ${shown(gatewayP50)} ms, p95 ${shown(gatewayP95)} ms`,
      `overhead  p50 ${shown(gatewayP50 - sdkP50)} ms, p95 ${shown(overheadP95Ms)} ms (at most ${OVERHEAD_MS_MAX}), ` +
        `p95 ratio ${shown(gatewayP95 / sdkP95)}`,
    ],
  };
}
