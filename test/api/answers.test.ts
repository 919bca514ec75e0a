/**
 * Every endpoint that /openapi.json describes, called by a client that knows nothing but that
 * description, and each answer judged by it; what a session, an account, a policy and an order that waits
 * look like over HTTP; commands that come twice.
 */
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertRows } from '../../db/insert-rows.ts';
import { toInstant } from '../../db/instant.ts';
import { type HttpSite, openHttpSite, STRANGER } from '../../exam/experiments/adversarial/http-site.ts';
import type { Problem } from '../../schemas/problem.ts';
import { tickUpdate } from '../../workflows/messages/strategy-session.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest } from '../workflows/desk-under-test.ts';
import { aBacktest, aPaperSession } from '../workflows/session-inputs.ts';
import { type Description, faultsOf, type Operation, operationsOf, schemaOfAnswer } from './generic-client.ts';

let desk: DeskUnderTest;
let site: HttpSite;
let operations: readonly Operation[];
const sessionId = freshId('answers');

type Answer = { readonly status: number; readonly type: string; readonly body: string };

async function call(method: string, path: string, more: { token?: string; body?: unknown; key?: string } = {}) {
  const response = await fetch(`${site.url}${path}`, {
    method,
    headers: {
      ...{ authorization: `Bearer ${more.token ?? site.tokens.desk}`, accept: 'application/json' },
      ...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(more.key === undefined ? {} : { 'idempotency-key': more.key }),
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  const body = await response.text();
  return { status: response.status, type: response.headers.get('content-type') ?? '', body } satisfies Answer;
}

const dataOf = ({ body }: Answer) => JSON.parse(body).data;

beforeAll(async () => {
  desk = await openDeskUnderTest();
  const { db, client, database, targets } = desk;
  site = await openHttpSite({ db, client, databaseUrl: database.appUrl, taskQueue: targets.taskQueue });
  const run = await desk.startSession(sessionId, aBacktest(300));
  await run.result();
  const description: Description = JSON.parse((await call('GET', '/openapi.json')).body);
  operations = operationsOf(description);
});
afterAll(async () => {
  await site.close();
  await desk.close();
});

/** An id that there is, by the kind of path; for all others one that there is not. */
async function idFor(path: string): Promise<string> {
  if (path.startsWith('/api/sessions')) return sessionId;
  if (path.startsWith('/api/accounts')) return 'paper-1';
  if (!path.startsWith('/api/decisions')) return 'nothing-of-that-name';
  const row = await desk.db.selectFrom('decisions').select('decision_id').limit(1).executeTakeFirstOrThrow();
  return encodeURIComponent(row.decision_id);
}

/** Each endpoint is asked plainly, and once more with every name of its query. */
async function requestsOf({ path, parameters, method, body }: Operation) {
  const url = path.replace('{id}', await idFor(path));
  const query = parameters.filter((one) => one.in === 'query');
  const full = query.map(({ name, schema }) => `${name}=${schema.enum?.[0] ?? schema.minimum ?? 'some-1'}`).join('&');
  const sent = body === null ? {} : { body: sampleBody(path, method) };
  return [`${url}`, ...(query.length === 0 ? [] : [`${url}?${full}`])].map((one) => ({ url: one, sent }));
}

function sampleBody(path: string, method: string): unknown {
  if (path === '/api/sessions') return aBacktest(50);
  if (method === 'PATCH') return { limits: {} };
  return path.startsWith('/api/approvals') ? { orderHash: 'f'.repeat(64), by: 'a test' } : {};
}

it('answers at every endpoint as its description says', async () => {
  expect(operations.length).toBeGreaterThan(30);
  const statuses: Record<string, number[]> = {};
  for (const operation of operations) {
    for (const { url, sent } of await requestsOf(operation)) {
      const { status, type, body } = await call(operation.method, url, sent);
      const schema = schemaOfAnswer(operation, status, type);
      expect(schema, `${operation.method} ${url} → ${status} ${type}`).toBeDefined();
      const value: unknown = type.startsWith('application/json') ? JSON.parse(body) : body;
      expect(faultsOf(schema ?? {}, value), `${operation.method} ${url}`).toEqual([]);
      expect(status === 503 ? url : '', body).toBe('');
      expect(status, `${operation.method} ${url}: ${body}`).toBeLessThan(500);
      const name = `${operation.method} ${operation.path}`;
      statuses[name] = [...(statuses[name] ?? []), status];
    }
  }
  const found = Object.entries(statuses).filter(([, all]) => all.some((status) => status < 300));
  const unfound = Object.keys(statuses).filter((name) => !found.some(([one]) => one === name));
  expect(unfound.sort()).toEqual([
    'GET /api/backtests/{id}',
    'GET /api/runs/{id}',
    'PATCH /api/sessions/{id}',
    'POST /api/approvals/{id}/approve',
    'POST /api/approvals/{id}/deny',
    'POST /api/orchestration/agents/ceo/force-decision',
    'POST /api/sessions/{id}/pause',
    'POST /api/sessions/{id}/resume',
    'POST /api/sessions/{id}/stop',
  ]);
});

describe('a session over HTTP', () => {
  it('is started, asked, tightened, paused, resumed and stopped', async () => {
    const accountId = await openAccount(desk, freshId('http'));
    const started = await call('POST', '/api/sessions', { body: aPaperSession(200, 1, { accountId }) });
    expect(started.status).toBe(201);
    const { sessionId: id, workflowId } = dataOf(started);
    expect(workflowId).toBe(`strategy-session:${id}`);
    const status = async () => dataOf(await call('GET', `/api/sessions/${id}`))?.status?.state;
    await expect.poll(status, { timeout: 20_000 }).toBe('running');
    expect((await call('POST', `/api/sessions/${id}/pause`)).status).toBe(202);
    await expect.poll(status, { timeout: 20_000 }).toBe('paused');
    const key = freshId('limits');
    const tighter = await call('PATCH', `/api/sessions/${id}`, { body: { limits: { positionsMax: 1 } }, key });
    expect(dataOf(tighter)).toMatchObject({ positionsMax: 1 });
    const otherBody = await call('PATCH', `/api/sessions/${id}`, { body: { limits: { confidenceMin: 1 } }, key });
    expect([otherBody.status, JSON.parse(otherBody.body).problems[0].code]).toEqual([409, 'IDEMPOTENCY_MISMATCH']);
    const looser = await call('PATCH', `/api/sessions/${id}`, { body: { limits: { positionsMax: 9 } } });
    expect(looser.status).toBe(400);
    expect((await call('POST', `/api/sessions/${id}/resume`)).status).toBe(202);
    const stop = { reason: 'the test is over', flatten: false };
    expect((await call('POST', `/api/sessions/${id}/stop`, { body: stop })).status).toBe(202);
    await desk.client.workflow.getHandle(workflowId).result();
    const row = dataOf(await call('GET', `/api/sessions/${id}`));
    expect(row).toMatchObject({ state: 'closed', status: null, report: { stopReason: 'the test is over' } });
    const late = await call('POST', `/api/sessions/${id}/pause`);
    expect([late.status, JSON.parse(late.body).problems[0].code]).toEqual([409, 'SESSION_CLOSED']);
  });

  it('tells all mistakes of its input at once', async () => {
    const body = { ...aBacktest(10), tradingMode: 'turbo', symbols: [], bars: 1 };
    const { status, body: told } = await call('POST', '/api/sessions', { body });
    const codes = JSON.parse(told).problems.map(({ code }: { code: string }) => code);
    expect([status, ...codes.sort()]).toEqual([400, 'INPUT_ENUM', 'INPUT_ITEMS', 'INPUT_UNKNOWN_FIELD']);
  });

  it('is started once when its command comes ten times at once, and again later', async () => {
    const key = freshId('key');
    const all = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/api/sessions', { body: aBacktest(60), key })),
    );
    const done = all.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(all.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const again = await call('POST', '/api/sessions', { body: aBacktest(60), key });
    expect(new Set([...done, again].map(({ body }) => body)).size).toBe(1);
    // An answer that was lost on its way to the book: the workflow knows which command began it.
    await desk.db.deleteFrom('idempotency_keys').execute();
    expect((await call('POST', '/api/sessions', { body: aBacktest(60), key })).body).toBe(again.body);
    const other = await call('POST', '/api/sessions', { body: aBacktest(60), key, token: site.tokens.other });
    expect(other.body).not.toBe(again.body);
  });
});

it('shows an account with its standing, and a token of one account nothing of another', async () => {
  const account = dataOf(await call('GET', '/api/accounts/paper-1'));
  expect(account).toMatchObject({ cash: '100000', equity: '100000', margin: '0', buyingPower: '100000', dayLoss: '0' });
  await openAccount(desk, STRANGER);
  const { stranger: token } = site.tokens;
  const seen = dataOf(await call('GET', '/api/accounts', { token }));
  expect(seen.map((one: { accountId: string }) => one.accountId)).toEqual([STRANGER]);
  expect(dataOf(await call('GET', '/api/sessions', { token }))).toEqual([]);
  expect((await call('GET', `/api/orders?accountId=paper-1`, { token })).status).toBe(200);
  expect(dataOf(await call('GET', `/api/orders?accountId=paper-1`, { token }))).toEqual([]);
  for (const path of ['/metrics', '/api/performance', '/api/policy', '/api/orchestration/global-state']) {
    expect((await call('GET', path, { token })).status, path).toBe(404);
  }
  const foreign = await call('POST', '/api/sessions', { token, body: aBacktest(20) });
  expect([foreign.status, JSON.parse(foreign.body).problems[0].code]).toEqual([404, 'NOT_FOUND']);
});

it('refuses a query that nobody would heed', async () => {
  const codesOf = ({ status, body }: Answer) => [status, ...JSON.parse(body).problems.map((one: Problem) => one.code)];
  const stop = await call('POST', `/api/sessions/${sessionId}/stop?flatten=true&reason=x`);
  expect(codesOf(stop)).toEqual([400, 'QUERY_UNKNOWN', 'QUERY_UNKNOWN']);
  expect(codesOf(await call('POST', '/api/sessions?dryRun=1', { body: aBacktest(20) }))).toEqual([
    400,
    'QUERY_UNKNOWN',
  ]);
  expect(codesOf(await call('GET', '/api/accounts/paper-1?asOf=2020'))).toEqual([400, 'QUERY_UNKNOWN']);
  expect((await call('GET', '/healthz?probe=1')).status).toBe(200);
  expect((await call('GET', '/api/nothing?x=1')).status).toBe(404);
});

it('lets no token of one account open the session of another again', async () => {
  const body = { ...aBacktest(20), accountId: STRANGER, sessionId };
  const { status, body: told } = await call('POST', '/api/sessions', { token: site.tokens.stranger, body });
  expect([status, JSON.parse(told).problems[0].code]).toEqual([409, 'SESSION_RUNNING']);
});

it('says that Temporal is down where no officer can be asked', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 1_000 });
  const { db, database, targets } = desk;
  const parts = { db, databaseUrl: database.appUrl, taskQueue: targets.taskQueue };
  const cut = await openHttpSite({ ...parts, client: new Client({ connection }) });
  for (const path of ['global-state', 'agents/status', 'agents/ceo/status']) {
    const headers = { authorization: `Bearer ${cut.tokens.desk}` };
    const answer = await fetch(`${cut.url}/api/orchestration/${path}`, { headers });
    const { problems } = (await answer.json()) as { problems: Problem[] };
    expect([answer.status, problems[0]?.code], path).toEqual([503, 'TEMPORAL_DOWN']);
  }
  await cut.close();
  await connection.close();
});

it('lists every version of the policy as it stands, also one that is none', async () => {
  const { settings, after, profile } = await desk.db
    .selectFrom('policies')
    .selectAll()
    .orderBy('version')
    .limit(1)
    .executeTakeFirstOrThrow();
  const by = { set_by: 'nobody', reason: 'planted', at: toInstant(Date.now()), stale_officers: [] };
  const planted = { version: 1_000, mode: 'turbo' as 'growth', active: false, profile, settings, after, ...by };
  await insertRows(desk.db, 'policies', [planted]);
  const { status, body } = await call('GET', '/api/policy/history?limit=1');
  expect([status, JSON.parse(body).data[0].mode]).toEqual([200, 'turbo']);
});

it('carries a person’s word to the session whose order waits', async () => {
  const accountId = await openAccount(desk, freshId('asked'));
  const asks = { components: ['technical'], approval: { entries: 'always' } };
  const input = aPaperSession(200, 1, { accountId, ...asks });
  const { sessionId: id, workflowId } = dataOf(await call('POST', '/api/sessions', { body: input }));
  const waiting = async () => dataOf(await call('GET', `/api/approvals?state=pending&sessionId=${id}`))[0];
  const run = desk.client.workflow.getHandle(workflowId);
  await call('POST', `/api/sessions/${id}/pause`);
  for (let bar = 0; bar < 100 && (await waiting()) === undefined; bar += 1) {
    await run.executeUpdate(tickUpdate, { args: [{}] });
  }
  const { decisionId, orderHash } = await waiting();
  const at = `/api/approvals/${encodeURIComponent(decisionId)}`;
  const wrong = await call('POST', `${at}/approve`, { body: { orderHash: '0'.repeat(64), by: 'a test' } });
  expect([wrong.status, JSON.parse(wrong.body).problems[0].code]).toEqual([409, 'APPROVAL_MISMATCH']);
  const hidden = await call('POST', `${at}/deny`, { body: { orderHash, by: 'x' }, token: site.tokens.stranger });
  expect(hidden.status).toBe(404);
  const denied = await call('POST', `${at}/deny`, { body: { orderHash, by: 'a test' } });
  expect(dataOf(denied)).toMatchObject({ decisionId, approved: false, by: 'a test' });
  await call('POST', `/api/sessions/${id}/stop`, { body: {} });
  await run.result();
});
