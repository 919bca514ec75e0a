/**
 * Alerts reach each channel at least once and in order: past errors of the
 * other side, past a kill, from several workers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AlertChannel } from '../../../adapters/alerts/alert-port.ts';
import { configuredAlerts } from '../../../adapters/alerts/configured-alerts.ts';
import { telegramChannel } from '../../../adapters/alerts/telegram.ts';
import { webhookChannel } from '../../../adapters/alerts/webhook.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { appendEvents } from '../../../db/events.ts';
import type { Database, JsonObject } from '../../../db/tables.ts';
import { ALERT_EVENTS, alertOf } from '../../../domain/alerts/alert-of.ts';
import { keepAlerting, tellNext } from '../../../workers/alerts.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts';

type Received = { readonly path: string; readonly key: string | undefined; readonly body: JsonObject };

let database: TestDatabase;
let db: Database;
let url = '';
const received: Received[] = [];
/** What the peer does with the next requests; when none is left it takes them. */
let answers: ((response: ServerResponse) => void)[] = [];

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const key = request.headers['idempotency-key'];
    const body = JSON.parse(Buffer.concat(chunks).toString());
    received.push({ path: request.url ?? '', key: typeof key === 'string' ? key : undefined, body });
    const answer = answers.shift() ?? ((one: ServerResponse) => void one.writeHead(200).end('{}'));
    answer(response);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl, { poolSize: 6 });
  received.length = 0;
  answers = [];
});
afterEach(async () => {
  await closeDatabase(db);
  await database.close();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const webhook = (timeoutMs = 5_000): AlertChannel =>
  webhookChannel({ url: `${url}/hook`, allowLoopback: true, timeoutMs });
const partsOf = (...channels: AlertChannel[]) => ({ db, channels, nowMs: Date.now });

const tell = (...types: string[]) =>
  db.transaction().execute((trx) =>
    appendEvents(
      trx,
      types.map((type) => ({ type, payload: { level: 'critical', reason: 'x' }, correlationId: 'c-1', atMs: 1_000 })),
    ),
  );

const sequences = (): unknown[] => received.map(({ body }) => body.sequence);

it('names what happened, what the desk has done and who owns it, for every kind of alert', () => {
  for (const type of ALERT_EVENTS) {
    const payload = { reason: 'drawdown 9 %', alerts: ['a', 'b'], level: 'critical', long: 'x'.repeat(10_000) };
    const alert = alertOf({ sequence: 7, type, payload, correlationId: 'c', atMs: 1 });
    expect(alert).toMatchObject({ sequence: 7, type, level: 'critical' });
    expect(alert?.owner).not.toBe('');
    for (const part of [`${type} #7`, 'drawdown 9 %', 'a; b', alert?.action, `owner: ${alert?.owner}`]) {
      expect(alert?.text).toContain(part);
    }
    expect(alert?.text.length).toBeLessThan(3_000);
  }
  expect(alertOf({ sequence: 1, type: 'order_recorded', payload: {}, correlationId: null, atMs: 1 })).toBeNull();
});

it('begins with what happens from now on, and tells alerts in order, each once, past other events', async () => {
  await tell('risk_alert');
  const parts = partsOf(webhook());
  expect(await tellNext(parts, webhook())).toEqual({ kind: 'idle' });
  await tell('order_recorded', 'risk_alert', 'order_recorded', 'ceo_mode_switch', 'account_frozen');
  for (let n = 0; n < 5; n += 1) await tellNext(parts, webhook());
  expect(sequences()).toEqual([3, 5, 6]);
  expect(received[0]).toMatchObject({ path: '/hook', key: 'quarterdeck-event-3' });
  expect(received[0]?.body).toMatchObject({ type: 'risk_alert', owner: 'risk', correlationId: 'c-1' });
});

it('comes again after 500, 429 with its Retry-After, a cut connection and silence', async () => {
  const channel = webhook(300);
  const parts = partsOf(channel);
  await tellNext(parts, channel);
  await tell('kill_switch_set');
  answers = [
    (one) => void one.writeHead(500).end(),
    (one) => void one.writeHead(429, { 'retry-after': '7' }).end(),
    (one) => void one.destroy(),
    () => undefined,
  ];
  const attempts = [];
  for (let n = 0; n < 6; n += 1) attempts.push(await tellNext(parts, channel));
  expect(attempts).toEqual([
    { kind: 'failed', failures: 1, afterMs: null },
    { kind: 'failed', failures: 2, afterMs: 7_000 },
    { kind: 'failed', failures: 3, afterMs: null },
    { kind: 'failed', failures: 4, afterMs: null },
    { kind: 'delivered', sequence: 1 },
    { kind: 'idle' },
  ]);
  expect(new Set(sequences())).toEqual(new Set([1]));
});

it('is delivered again, under the same key, when the worker dies between the delivery and its note', async () => {
  const channel = webhook();
  await tellNext(partsOf(channel), channel);
  await tell('position_unprotected', 'account_frozen');
  const dying: AlertChannel = {
    name: channel.name,
    deliver: async (alert) => {
      await channel.deliver(alert);
      throw new Error('the process ends here');
    },
  };
  await expect(tellNext(partsOf(dying), dying)).rejects.toThrow('the process ends here');
  for (let n = 0; n < 3; n += 1) await tellNext(partsOf(channel), channel);
  expect(received.map(({ key }) => key)).toEqual([1, 1, 2].map((n) => `quarterdeck-event-${n}`));
});

it('is told by one of several workers, and a channel that hangs does not hold up the log', async () => {
  const lines: string[] = [];
  const environment = parseEnvironment({
    ...{ ALERT_WEBHOOK_URL: `${url}/hook`, QUARTERDECK_ALLOW_LOOPBACK: '1' },
  });
  const [log, hook] = configuredAlerts(environment.alerts, (line) => lines.push(line));
  if (log === undefined || hook === undefined) throw new Error('two channels were configured');
  for (const channel of [log, hook]) await tellNext(partsOf(channel), channel);
  await tell('risk_alert', 'strategy_alert', 'ceo_alert');
  let release: () => void = () => undefined;
  answers = [
    (one) => {
      release = () => void one.writeHead(200).end();
    },
  ];
  const workers = [1, 2, 3].map(() => keepAlerting(partsOf(log, hook)));
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(3);
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1);
  release();
  await expect.poll(sequences, { timeout: 10_000 }).toEqual([1, 2, 3]);
  await Promise.all(workers.map((one) => one.stop()));
  expect(lines.map((line) => JSON.parse(line).alert.sequence)).toEqual([1, 2, 3]);
});

it('goes to a chat of Telegram, and its token stands in no failure', async () => {
  const token = `123456:${'A'.repeat(35)}`;
  const channel = telegramChannel({ url, token, chat: '-100200', allowLoopback: true, timeoutMs: 500 });
  await tellNext(partsOf(channel), channel);
  await tell('risk_alert');
  answers = [(one) => void one.writeHead(401).end(`bad token ${token}`)];
  await tellNext(partsOf(channel), channel);
  await tellNext(partsOf(channel), channel);
  expect(received[1]?.path).toBe(`/bot${token}/sendMessage`);
  expect(received[1]?.body).toMatchObject({ chat_id: '-100200', text: expect.stringContaining('risk_alert #1') });
  const rows = await db.selectFrom('alert_cursors').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
});
