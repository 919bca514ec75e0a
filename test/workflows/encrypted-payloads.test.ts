/**
 * PAYLOAD_KEY on a real Temporal server: what is sent cannot be read there, and who has no key, or another, is refused.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPayloadCodec, keyIdOf } from '../../adapters/payload/payload-codec.ts';
import { openDeskInProcess } from '../../scripts/lib/desk-in-process.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { statusQuery, stopSignal } from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf, until } from './desk-under-test.ts';

const KEY = randomBytes(32);
/** Words that stand in the input. */
const SECRETS = ['momentum', 'BTC/USDT', 'synthetic', 'lookback'];
const input = {
  accountId: 'paper-1',
  strategy: { type: 'momentum', parameters: { lookback: 17, threshold: 0.01 } },
  symbols: ['BTC/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: 3_600_000,
  market: { source: 'synthetic', count: 300 },
};

let folder: string;
let codePath: string;
let desk: DeskUnderTest;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-encrypted-'));
  codePath = await workflowBundle(folder, true);
  desk = await openDeskUnderTest([], {}, { payloadKeys: [KEY], codePath });
}, 120_000);
afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything the server has of a workflow but search attributes, which it has to read to search by them. */
async function historyText(workflowId: string): Promise<string> {
  const history = await desk.client.workflow.getHandle(workflowId).fetchHistory();
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('latin1'));
    else if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) if (name !== 'searchAttributes') collect(part);
    }
  };
  collect(history.events);
  return texts.join('\n');
}

it('runs a session whose history holds no readable input, result or summary', async () => {
  const run = await desk.startSession(freshId('encrypted'), input);
  expect(await run.result()).toMatchObject({ bars: 300, strategyType: 'momentum' });
  expect(await run.query(statusQuery)).toMatchObject({ bars: 300 });
  const text = await historyText(run.workflowId);
  expect(text).toContain('binary/encrypted');
  expect(text).toContain(keyIdOf(KEY));
  for (const secret of SECRETS) expect(text.includes(secret), secret).toBe(false);
}, 60_000);

it('keeps the message of a failure out of the history, and gives it to who has the key', async () => {
  const run = await desk.startSession(freshId('encrypted'), { ...input, barIntervalMs: -1 });
  expect((await problemsOf(run)).map((one) => one.path)).toContain('barIntervalMs');
  const text = await historyText(run.workflowId);
  expect(text.includes('barIntervalMs')).toBe(false);
}, 60_000);

it('does not answer a client without the key, with its name in the refusal', async () => {
  const run = await desk.startSession(freshId('encrypted'), input);
  await run.result();
  const { connection } = desk.client;
  const plain = new Client({ connection, namespace: 'default' }).workflow.getHandle(run.workflowId);
  await expect(plain.result()).rejects.toThrow();
  const { client, close } = await openDeskInProcess({ ...desk.targets, payloadKeys: [] });
  await expect(client.workflow.getHandle(run.workflowId).result()).rejects.toThrow(
    `PAYLOAD_KEY a payload is encrypted with key ${keyIdOf(KEY)}, and PAYLOAD_KEY is not set`,
  );
  await close();
}, 60_000);

/** What failed the latest workflow task of a workflow that goes on. */
async function taskFailure(workflowId: string): Promise<string> {
  return until('a failed workflow task', async () => {
    const { events } = await desk.client.workflow.getHandle(workflowId).fetchHistory();
    const failed = events?.findLast((one) => one.workflowTaskFailedEventAttributes !== undefined);
    const failure = failed?.workflowTaskFailedEventAttributes?.failure;
    const encrypted = failure?.encodedAttributes ?? null;
    if (encrypted === null) return failure?.message ?? null;
    const [plain] = await createPayloadCodec([KEY]).decode([encrypted]);
    return Buffer.from(plain?.data ?? []).toString();
  });
}

it('is refused by a worker without the key, and goes on when one with the key is back', async () => {
  await desk.stopWorker();
  const keyless = await openDeskInProcess({ ...desk.targets, payloadKeys: [] });
  await keyless.startWorker();
  const run = await desk.startSession(freshId('encrypted'), input);
  expect(await taskFailure(run.workflowId)).toContain('PAYLOAD_KEY is not set');
  await keyless.close();
  await desk.startWorker();
  expect(await run.result()).toMatchObject({ bars: 300 });
}, 90_000);

it('refuses a session that was started in plain text', async () => {
  const plain = await openDeskInProcess({ ...desk.targets, payloadKeys: [] });
  const run = await plain.startSession(freshId('plain'), input);
  expect(await taskFailure(run.workflowId)).toContain('PAYLOAD_PLAIN');
  await run.terminate('it can never be read');
  await plain.close();
}, 60_000);

it('reads on with an old key while a new one encrypts, and takes a signal without input from anybody', async () => {
  const paper = { ...input, tradingMode: 'paper', market: { ...input.market, speed: 1_000 } };
  const run = await desk.startSession(freshId('encrypted'), paper);
  await until('the first bar', async () => ((await run.query(statusQuery)).bars > 0 ? true : null));
  await desk.stopWorker();
  const fresh = randomBytes(32);
  const rotated = await openDeskInProcess({ ...desk.targets, payloadKeys: [fresh, KEY] });
  await rotated.startWorker();
  const handle = rotated.client.workflow.getHandle(run.workflowId);
  expect(await handle.query(statusQuery)).toMatchObject({ state: 'running' });
  const plain = new Client({ connection: desk.client.connection, namespace: 'default' });
  await plain.workflow.getHandle(run.workflowId).signal(stopSignal);
  expect(await handle.result()).toMatchObject({ strategyType: 'momentum' });
  expect(await historyText(run.workflowId)).toContain(keyIdOf(fresh));
  await rotated.close();
  await desk.startWorker();
}, 90_000);
