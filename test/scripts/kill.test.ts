/**
 * `npm run kill` as a process against a real Postgres and a test venue: what it blocks, what it cancels, what it still
 * does when nothing else is up, and that only the phrase of this very set clears it.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { verifyAudit } from '../../db/audit.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { readEvents } from '../../db/events.ts';
import { readKillSwitch, writeKillSwitch } from '../../db/kill-switch.ts';
import type { OrderRequest } from '../../db/order-request.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { createPaperBroker } from '../../db/paper-broker.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import type { Database } from '../../db/tables.ts';
import { costsSchema, type OrderIntent } from '../../schemas/execution.ts';
import { deskLimitsSchema } from '../../schemas/risk.ts';
import { readKillFile, reasonOf } from '../../scripts/lib/kill/kill-file.ts';
import { anOrderRequest, REQUEST_PRICE } from '../db/order-request.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { programWords } from '../setup/program.ts';
import { type Json, limit, openVenue } from './lib/venue/venue-under-test.ts';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../config', import.meta.url));
const SECRET = 'venue-secret';
const NOWHERE = 'postgres://quarterdeck:a-password-of-ours@127.0.0.1:1/nowhere';

let root: string;
let home: string;
let count = 0;
let database: TestDatabase;
let db: Database;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'quarterdeck-kill-'));
});
beforeEach(async () => {
  count += 1;
  home = path.join(root, `home-${count}`);
  database = await createTestDatabase();
  db = openDatabase(database.appUrl);
  const { settings, startMode } = loadGovernance(CONFIG);
  await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
});
afterEach(async () => {
  await closeDatabase(db);
  await database.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Ran = { readonly code: number; readonly json: Json; readonly output: string };

/** Built once for the whole run; `words` is what follows `node`. */
function kill(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  words: readonly string[] = programWords('scripts/kill.ts'),
): Promise<Ran> {
  const settings = {
    QUARTERDECK_HOME: home,
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    QUARTERDECK_ALLOW_LOOPBACK: '1',
    ...env,
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...words, ...args, '--json'],
      { env: inheritedEnvironment(settings) },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), json: JSON.parse(out), output: `${out}${err}` });
      },
    );
  });
}

const atVenue = (url: string) => ({ ALPACA_PAPER_KEY: `PKVENUE:${SECRET}`, ALPACA_PAPER_URL: url });
const codes = ({ json }: Ran): unknown[] => (json.problems as Json[]).map((one) => one.code);
const statusNow = async (env = {}): Promise<Json> => (await kill(['--status'], env)).json;
const phraseNow = async (env = {}): Promise<string> => String((await statusNow(env)).phrase);
const killFile = (): string => path.join(home, 'KILL');

const aRequest = (decisionId: string, killFile: string | null, entry: Partial<OrderIntent> = {}): OrderRequest => ({
  ...anOrderRequest(decisionId, entry),
  killFile,
});

const rulesOf = async (decisionId: string): Promise<string[]> => {
  const { reasons } = await createOrderStore(db).check(aRequest(decisionId, reasonOf(readKillFile(home))));
  return reasons.map((one) => one.rule);
};

describe('the switch', () => {
  it('sets file and row, notes both, and says nothing about venues that have no key', async () => {
    const { code, json } = await kill(['--reason', 'prices look\nwrong'], {}, [RUN, 'kill']);
    expect(code).toBe(0);
    expect(json).toMatchObject({ ok: true, database: { up: true, set: true, audited: true }, venues: [] });
    expect(readFileSync(killFile(), 'utf8').split('\n')[0]).toBe('prices look wrong');
    expect(await readKillSwitch(db)).toMatchObject({ active: true, reason: 'prices look wrong' });
    expect((await readEvents(db, 0, 100)).map((event) => event.type)).toContain('kill_switch_set');
    expect(await verifyAudit(db)).toBeNull();
  });

  it('blocks the gate by the file alone and by the row alone', async () => {
    expect(await rulesOf('free')).toEqual([]);
    await kill(['--reason', 'a drill']);
    await writeKillSwitch(db, { active: false, reason: '', setBy: 'a test', atMs: Date.now() });
    expect(await rulesOf('by-file')).toEqual(['killSwitch']);
    await kill(['--reason', 'a drill']);
    rmSync(killFile());
    expect(await rulesOf('by-row')).toEqual(['killSwitch']);
  });

  it('is written before the settings are read: a wrong one keeps nothing running', async () => {
    const ran = await kill(['--reason', 'a drill'], { ALPACA_PAPER_KEY: 'no key at all' });
    expect(ran.code).toBe(2);
    expect(existsSync(killFile())).toBe(true);
  });

  it('lists every mistake of the command line with exit code 2, and sets nothing', async () => {
    expect(codes(await kill([]))).toEqual(['ARGUMENT_MISSING']);
    const ran = await kill(['--status', '--reason', ' ', '--venue', 'alpaca-papr']);
    expect(ran.code).toBe(2);
    expect(codes(ran)).toEqual(['ARGUMENT_CONFLICT', 'ARGUMENT_VALUE', 'ARGUMENT_VALUE']);
    expect(existsSync(killFile())).toBe(false);
  });
});

describe('the venue', () => {
  it('leaves none of 100 resting orders after 5 s, with Temporal and Postgres down, and tells no secret', async () => {
    const venue = await openVenue();
    venue.price('BTC/USD', '100');
    for (let index = 0; index < 100; index += 1) await venue.post(limit('10', { qty: '0.01' }));
    const startedAtMs = Date.now();
    const ran = await kill(['--reason', 'a drill'], { ...atVenue(venue.url), DATABASE_URL: NOWHERE });
    expect(ran.code).toBe(0);
    expect(ran.json).toMatchObject({ database: { up: false, set: false }, paper: { reachable: false } });
    expect(ran.json.venues).toMatchObject([{ venue: 'alpaca-paper', cancelled: 100, left: 0, failed: 0, done: true }]);
    const cancels = venue.lines().filter((line) => line.kind === 'cancel');
    expect(cancels).toHaveLength(100);
    expect(Math.max(...cancels.map((line) => Number(line.atMs))) - startedAtMs).toBeLessThan(5_000);
    expect(reasonOf(readKillFile(home))).toBe('a drill');
    expect(ran.output + (await kill(['--status'], atVenue(venue.url))).output).not.toMatch(/venue-secret|a-password/);
  });

  it('is asked again until nothing is left: cut replies, cut requests, an order that comes a moment later', async () => {
    const venue = await openVenue({ faults: { cutAfter: 0.5, cutBefore: 0.3, cutRead: 0.3 }, seed: 3 });
    venue.price('BTC/USD', '100');
    for (let index = 0; index < 10; index += 1) {
      venue.control.order({ ...limit('10', { qty: '0.01' }) });
    }
    const running = kill(['--reason', 'a drill'], atVenue(venue.url));
    while (!existsSync(killFile())) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 500));
    venue.control.order({ ...limit('11', { qty: '0.01' }) });
    const { code, json } = await running;
    expect(json.venues).toMatchObject([{ left: 0, done: true }]);
    expect(code).toBe(0);
    expect(venue.lines().filter((line) => line.kind === 'cancel')).toHaveLength(11);
  });

  it('that is down ends in exit code 1 after the deadline, while the switch stands', { timeout: 60_000 }, async () => {
    const ran = await kill(['--reason', 'a drill'], atVenue('http://127.0.0.1:1'));
    expect(ran.code).toBe(1);
    expect(ran.json.venues).toMatchObject([{ cancelled: 0, left: null, done: false }]);
    expect(ran.json).toMatchObject({ ok: false, file: { present: true }, database: { set: true } });
    expect(await statusNow(atVenue('http://127.0.0.1:1'))).toMatchObject({ venues: [{ reachable: false }] });
  });

  it('is left alone with --venue of another one; one without a key is told', async () => {
    const venue = await openVenue();
    await venue.post(limit('10'));
    expect((await kill(['--reason', 'a', '--venue', 'paper'], atVenue(venue.url))).json).toMatchObject({ venues: [] });
    expect(venue.lines().filter((line) => line.kind === 'cancel')).toEqual([]);
    const live = await kill(['--reason', 'a', '--venue', 'alpaca-live'], atVenue(venue.url));
    expect([live.code, live.json.paper]).toEqual([1, null]);
    expect(live.json.venues).toMatchObject([{ venue: 'alpaca-live', done: false }]);
  });
});

it('cancels working entries of the paper book and leaves the stop of an open position at work', async () => {
  const store = createOrderStore(db);
  const parts = { db, costs: costsSchema.parse({}), desk: deskLimitsSchema.parse({}), killFile: () => null };
  const broker = createPaperBroker(parts);
  const quote = { price: REQUEST_PRICE, volume: 1_000_000, atMs: Date.now() };
  await store.record(aRequest('held', null, { type: 'market', limitPrice: null, symbol: 'BTC/USDT' }));
  await broker.submit('held', quote);
  expect(await store.record(aRequest('resting', null))).toEqual({ approved: true, reasons: [] });
  await broker.submit('resting', null);
  const { code, json } = await kill(['--reason', 'a drill']);
  expect(json.paper).toMatchObject({ cancelled: 1, left: 0, failed: 0, protecting: 1, done: true });
  expect(code).toBe(0);
  const rows = await db.selectFrom('orders').select(['client_order_id', 'state']).orderBy('client_order_id').execute();
  expect(rows.map((row) => `${row.client_order_id} ${row.state}`)).toEqual([
    'held-entry FILLED',
    'held-stop ACKED',
    'resting-entry CANCELED',
    'resting-stop CANCELED',
  ]);
});

describe('clearing', () => {
  it('needs the phrase of this very set: missing, wrong and old ones are refused with exit code 4', async () => {
    await kill(['--reason', 'first']);
    const old = await phraseNow();
    expect(await phraseNow()).toBe(old);
    await kill(['--reason', 'second']);
    for (const [words, code] of [
      [['--clear'], 'CONFIRMATION_MISSING'],
      [['--clear', '--confirm'], 'CONFIRMATION_MISSING'],
      [['--clear', '--confirm', 'yes'], 'CONFIRMATION_WRONG'],
      [['--clear', '--confirm', old], 'CONFIRMATION_WRONG'],
    ] as const) {
      const ran = await kill(words);
      expect([ran.code, codes(ran)]).toEqual([4, [code]]);
    }
    expect(await statusNow()).toMatchObject({ active: true, file: { reason: 'second' }, database: { active: true } });
  });

  it('takes file and row away, notes who did, and the phrase is used up', async () => {
    await kill(['--reason', 'a drill']);
    const phrase = await phraseNow();
    const ran = await kill(['--clear', '--confirm', phrase]);
    expect(ran).toMatchObject({ code: 0, json: { ok: true, cleared: { file: true, row: true } } });
    expect(await statusNow()).toMatchObject({ active: false, file: { present: false }, database: { active: false } });
    expect((await readEvents(db, 0, 100)).map((event) => event.type)).toContain('kill_switch_cleared');
    expect(await verifyAudit(db)).toBeNull();
    expect(await rulesOf('after')).toEqual([]);
    expect((await kill(['--clear', '--confirm', phrase])).code).toBe(4);
  });

  it('needs Postgres: without it exit code 3, and the file stays', async () => {
    await kill(['--reason', 'a drill']);
    const ran = await kill(['--clear', '--confirm', await phraseNow()], { DATABASE_URL: NOWHERE });
    expect([ran.code, codes(ran)]).toEqual([3, ['POSTGRES_DOWN']]);
    expect(existsSync(killFile())).toBe(true);
    expect((await readKillSwitch(db)).active).toBe(true);
  });

  it('does not call a Postgres down that is up and held by a lock', async () => {
    await kill(['--reason', 'a drill']);
    const phrase = await phraseNow();
    await db.transaction().execute(async (trx) => {
      await sql`lock table kill_switch in access exclusive mode`.execute(trx);
      const ran = await kill(['--clear', '--confirm', phrase]);
      expect([ran.code, codes(ran)]).toEqual([3, ['POSTGRES_SLOW']]);
      expect(ran.json).toMatchObject({ problems: [{ hint: expect.stringMatching(/lock.*nothing was cleared/) }] });
    });
    expect(existsSync(killFile())).toBe(true);
    expect((await kill(['--clear', '--confirm', phrase])).code).toBe(0);
  });

  it('refuses a phrase that was shown before somebody else set the row or the file again', async () => {
    const idle = await phraseNow();
    await writeKillSwitch(db, { active: true, reason: 'an officer', setBy: 'risk', atMs: Date.now() });
    expect((await kill(['--clear', '--confirm', idle])).code).toBe(4);
    const seen = await phraseNow();
    writeFileSync(killFile(), 'by hand');
    expect((await kill(['--clear', '--confirm', seen])).code).toBe(4);
    expect((await kill(['--clear', '--confirm', await phraseNow()])).code).toBe(0);
    expect((await readKillSwitch(db)).active).toBe(false);
  });

  it('does not come by itself: the halves stand for every new process', async () => {
    await kill(['--reason', 'a drill']);
    const again = openDatabase(database.appUrl);
    expect(await readKillSwitch(again)).toMatchObject({ active: true, reason: 'a drill' });
    await closeDatabase(again);
    expect(await statusNow({ DATABASE_URL: NOWHERE })).toMatchObject({ active: true, database: { up: false } });
    expect(await rulesOf('later')).toEqual(['killSwitch']);
  });
});
