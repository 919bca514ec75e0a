/**
 * A worker process with a key of every kind, asked for an analysis, a session and an order while providers and venues
 * repeat its keys at it. None stands in what it logs, in a history, in a table, in a file of its home, or in an error.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { databaseText, historiesText } from '../../exam/experiments/secrets/places.ts';
import { projectFolder } from '../../scripts/lib/paths.ts';
import { responsesFormat } from '../adapters/llm/peers/openai-formats.ts';
import { programWords } from '../setup/program.ts';
import { freshId } from './desk-under-test.ts';
import { type KillableDesk, openKillable } from './killable-desk.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

const KEYS = {
  OPENAI_API_KEY: 'sk-canary-openai-71b0c2',
  ANTHROPIC_API_KEY: 'sk-ant-canary-5d2e90',
  AWS_SECRET_ACCESS_KEY: 'canary/aws+secret/41f7ab',
  AWS_SESSION_TOKEN: 'canary-aws-session-8c03d5',
  ALPACA_PAPER_KEY: 'PKTEST00:canary-paper-secret-2f6a',
  ALPACA_DATA_KEY: 'PKTEST01:canary-data-secret-9e1b',
  CCXT_PAPER_KEY: 'CKTEST02:canary-ccxt-secret-3c7d',
} as const;
const secretOf = (key: string): string => key.split(':').at(-1) ?? key;
const SYMBOL = 'SECRET/USDT';
const BARS = 400;

let killable: KillableDesk;
let worker: ChildProcess;
let server: Server;
const logs: string[] = [];
let canaries: string[];
/** What its keys were told in: by path. */
const heard: string[] = [];

/** Refuses everybody, and tells whoever reads why: with his own key. Every second question of a model is answered. */
function serve(
  headers: Readonly<Record<string, unknown>>,
  address: string,
): readonly [number, string, string | Uint8Array] {
  heard.push(`${address} ${JSON.stringify(headers)}`);
  const asked = heard.filter((one) => one.startsWith('/v1/responses')).length;
  if (address.startsWith('/v1/responses') && asked % 2 === 0) {
    const text = JSON.stringify({
      ...{ version: 1, symbol: SYMBOL, summary: 'It rises.', regime: 'bull', levels: [], risks: [] },
      sentiment: { label: 'neutral', score: 0 },
      recommendations: [{ action: 'buy', confidence: 0.7, rationale: 'The trend is up.' }],
    });
    return [200, responsesFormat.contentType, Buffer.concat([...responsesFormat.stream({ text })])];
  }
  const sent = ['authorization', 'x-api-key', 'apca-api-secret-key', 'apca-api-key-id'].map((name) => headers[name]);
  const message = `Wrong key: ${sent.join(' ')}`;
  return [
    address.startsWith('/v1/responses') ? 401 : 403,
    'application/json',
    JSON.stringify({ code: 40310000, message, error: { type: 'invalid_api_key', message } }),
  ];
}

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      const [status, type, body] = serve(request.headers, request.url ?? '');
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  killable = await openKillable();
  const { targets, db } = killable.desk;
  canaries = [...Object.values(KEYS).map(secretOf), new URL(targets.databaseUrl).password];
  await storeBars(db, SYMBOL, walkBars('secrets', BARS, 0.004));
  const env = inheritedEnvironment({
    ...KEYS,
    ...{ DATABASE_URL: targets.databaseUrl, TEMPORAL_ADDRESS: targets.address, TEMPORAL_NAMESPACE: targets.namespace },
    ...{ QUARTERDECK_HOME: targets.home, WORKER_QUEUES: 'trading,llm,research', LOG_LEVEL: 'debug' },
    ...{ QUARTERDECK_ALLOW_LOOPBACK: '1', LLM_BACKEND: 'openai', OPENAI_BASE_URL: `${url}/v1` },
    ...{ ANTHROPIC_BASE_URL: url, AWS_ACCESS_KEY_ID: 'AKIATEST000000000000', ALPACA_PAPER_URL: url },
    ...{ ALPACA_DATA_URL: url, CCXT_PAPER_URL: url, CCXT_PAPER_SYMBOLS: 'BTC/USDT' },
  });
  worker = spawn(process.execPath, programWords('workers/all.ts'), { cwd: projectFolder, env });
  for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (chunk) => logs.push(String(chunk)));
});
afterAll(async () => {
  worker.kill('SIGKILL');
  await killable.close();
  server.closeAllConnections();
  server.close();
});

/** The result, or the error with all its causes, as a caller would print it. */
async function endOf(type: string, workflowId: string, input: unknown): Promise<string> {
  const { client, targets } = killable.desk;
  const run = await client.workflow.start(type, { taskQueue: targets.taskQueue, workflowId, args: [input] });
  return run.result().then(
    (result: unknown) => JSON.stringify(result),
    (error: unknown) => told(error),
  );
}

const told = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${told(error.cause)}`
    : String(error);

const filesUnder = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('workflow-bundle'))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

/** As they are, and in the spellings in which they could pass unseen. */
const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

it('keeps every key to itself', { timeout: 120_000 }, async () => {
  const analysis = { symbols: [SYMBOL], depth: 'quick', barIntervalMs: HOUR_MS, asOf: '2020-01-15T00:00:00Z' };
  const order = { accountId: 'alpaca-paper', symbol: 'AAPL', side: 'buy', sizeFraction: 0.02, reasoning: 'a test' };
  const session = {
    ...{ accountId: 'paper-1', strategy: { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } } },
    ...{ symbols: [SYMBOL], tradingMode: 'backtest', barIntervalMs: HOUR_MS, components: ['technical'] },
    market: { source: 'replay' },
  };
  const ends = await Promise.all([
    endOf('marketAnalysis', `market-analysis:${freshId('a')}`, analysis),
    endOf('strategySession', `strategy-session:${freshId('s')}`, session),
    endOf('orderExecution', `order-execution:${freshId('o')}`, order),
  ]);
  // Whoever was refused is asked again, and answers now.
  const again = await endOf('marketAnalysis', `market-analysis:${freshId('b')}`, analysis);
  const places = {
    ends: [...ends, again].join('\n'),
    logs: logs.join(''),
    histories: await historiesText(killable.desk.client),
    database: await databaseText(killable.database.url),
    home: filesUnder(killable.desk.targets.home),
  };
  expect(heard.join('\n')).toContain(KEYS.OPENAI_API_KEY);
  expect(heard.join('\n')).toContain(secretOf(KEYS.ALPACA_PAPER_KEY));
  expect(places.ends).toContain('It rises.');
  expect(places.histories).toContain('momentum');
  expect(places.database).toContain('LLM_AUTH');
  const found = Object.entries(places).flatMap(([place, text]) =>
    canaries.filter((one) => spellings(one).some((spelled) => text.includes(spelled))).map((one) => `${place}: ${one}`),
  );
  expect(found).toEqual([]);
});
