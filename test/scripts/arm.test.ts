/**
 * `npm run arm` as a process against a real Postgres and a live test venue: who may arm what, what refuses it, what
 * stands in the books afterwards, and what the gate then says.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inheritedEnvironment, parseEnvironment } from '../../config/environment.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { readAccount } from '../../db/accounts.ts';
import { activeArming } from '../../db/armings.ts';
import { verifyAudit } from '../../db/audit.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { readEvents } from '../../db/events.ts';
import { writeKillSwitch } from '../../db/kill-switch.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { inTransaction } from '../../db/retry.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { openSession } from '../../db/sessions.ts';
import type { Database } from '../../db/tables.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { armAccount } from '../../scripts/lib/arm/arm-account.ts';
import { readArmCommand } from '../../scripts/lib/arm/arm-flags.ts';
import { armStatus } from '../../scripts/lib/arm/arm-status.ts';
import { aSessionInput } from '../db/desk-database.ts';
import { anOrderRequest } from '../db/order-request.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { type Json, openVenue, type VenueUnderTest } from './lib/venue/venue-under-test.ts';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../config', import.meta.url));
const LIVE_KEY = { key: 'AKVENUE', secret: 'live-secret' };
const DAY_MS = 86_400_000;
const ACCOUNT = 'alpaca-live';
const ARM = ['--account', ACCOUNT, '--minutes', '30'] as const;
const OVERRIDE = ['--override', 'a drill'] as const;

let root: string;
let home: string;
let count = 0;
let database: TestDatabase;
let db: Database;
let venue: VenueUnderTest;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'quarterdeck-arm-'));
});
beforeEach(async () => {
  count += 1;
  home = path.join(root, `home-${count}`);
  database = await createTestDatabase();
  db = openDatabase(database.appUrl);
  const { settings, startMode } = loadGovernance(CONFIG);
  await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
  venue = await openVenue({ isLive: true, credentials: [LIVE_KEY], cash: '25000' });
});
afterEach(async () => {
  await closeDatabase(db);
  await database.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Ran = { readonly code: number; readonly json: Json; readonly output: string };
type Env = Readonly<Record<string, string | undefined>>;

const settings = (env: Env): Env => ({
  QUARTERDECK_HOME: home,
  DATABASE_URL: database.appUrl,
  QUARTERDECK_ALLOW_LOOPBACK: '1',
  ALPACA_LIVE_KEY: `${LIVE_KEY.key}:${LIVE_KEY.secret}`,
  ALPACA_LIVE_URL: venue.url,
  ...env,
});

/** The script as a process of its own. */
function run(args: readonly string[], env: Env = {}): Promise<Ran> {
  const options = { env: inheritedEnvironment(settings(env)) };
  return new Promise((resolve) => {
    execFile(process.execPath, [RUN, 'arm', ...args, '--json'], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), json: JSON.parse(out), output: `${out}${err}` });
    });
  });
}

/** The same in this process: what the words answer, or refuse. */
async function told(args: readonly string[], env: Env = {}): Promise<Ran> {
  try {
    const command = readArmCommand(args);
    const desk = { db, home, environment: parseEnvironment(settings(env)) };
    if (command.kind === 'disarm') throw new Error('taking back is for the process');
    const answer = await (command.kind === 'arm' ? armAccount(desk, command, 'a person') : armStatus(desk, command));
    return { code: 0, json: { ...answer }, output: '' };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { code: error.exitCode, json: { problems: error.problems }, output: '' };
  }
}

const codes = ({ json }: Ran): unknown[] => (json.problems as Json[]).map((one) => one.code);
const phraseNow = async (): Promise<string> => String((await told(['--status'])).json.phrase);
/** Reads the phrase as a person does, then arms. */
const armed = async (args: readonly string[] = [], env: Env = {}): Promise<Ran> =>
  told([...ARM, ...args, '--confirm', await phraseNow()], env);

const rulesOf = async (name: string, strategyId = 'manual'): Promise<string[]> => {
  const { reasons } = await createOrderStore(db).check(anOrderRequest(name, {}, { accountId: ACCOUNT, strategyId }));
  return reasons.map((one) => one.rule);
};

/** A paper session of strategy `momentum` that has been open for so long. */
const paperDays = (days: number) =>
  inTransaction(db, (trx) => openSession(trx, aSessionInput({ openedAtMs: Date.now() - days * DAY_MS })));

describe('arming', () => {
  it('opens the account from what the venue tells, lets orders pass the gate, and is taken back', async () => {
    const phrase = String((await run(['--status'])).json.phrase);
    const ran = await run([...ARM, ...OVERRIDE, '--confirm', phrase]);
    expect(ran.code).toBe(0);
    expect(ran.json).toMatchObject({ ok: true, accountId: ACCOUNT, isNewAccount: true, overrideReason: 'a drill' });
    expect(Number(ran.json.expiresAtMs) - Number(ran.json.armedAtMs)).toBe(30 * 60_000);
    expect(await readAccount(db, ACCOUNT)).toMatchObject({ cash: '25000', venue: ACCOUNT, tradingMode: 'live' });
    expect(await rulesOf('armed')).toEqual([]);
    expect((await run(['--disarm', '--account', ACCOUNT])).json).toMatchObject({ ok: true, armingIds: [1] });
    expect(await rulesOf('disarmed')).toEqual(['tradingMode']);
    const types = (await readEvents(db, 0, 100)).map((event) => event.type);
    expect(types.filter((type) => type.startsWith('live_'))).toEqual(['live_armed', 'live_disarmed']);
    expect(await verifyAudit(db)).toBeNull();
    expect(ran.output).not.toMatch(/live-secret/);
  });

  it('needs the phrase that is shown now: missing, wrong and used ones end in exit code 4', async () => {
    const used = await phraseNow();
    expect(await phraseNow()).toBe(used);
    expect((await told([...ARM, ...OVERRIDE, '--confirm', used.toUpperCase()])).code).toBe(0);
    for (const [words, code] of [
      [[], 'CONFIRMATION_MISSING'],
      [['--confirm'], 'CONFIRMATION_MISSING'],
      [['--confirm', 'yes'], 'CONFIRMATION_WRONG'],
      [['--confirm', used], 'CONFIRMATION_WRONG'],
    ] as const) {
      const ran = await told([...ARM, ...OVERRIDE, ...words]);
      expect([ran.code, codes(ran)]).toEqual([4, [code]]);
    }
    expect((await activeArming(db, ACCOUNT, Date.now()))?.armingId).toBe(1);
  });

  it('forgets a phrase after a quarter of an hour', async () => {
    const phrase = await phraseNow();
    const shownAtMs = Date.now() - 901_000;
    writeFileSync(
      path.join(home, 'arm-phrase.json'),
      JSON.stringify({ phrase, account: ACCOUNT, armingId: null, shownAtMs }),
    );
    expect(codes(await told([...ARM, ...OVERRIDE, '--confirm', phrase]))).toEqual(['CONFIRMATION_WRONG']);
    expect(await phraseNow()).not.toBe(phrase);
  });

  it('asks for a paper record of every strategy that is meant, and shows it', async () => {
    expect([codes(await armed()), codes(await armed(['--strategy', 'momentum']))]).toEqual([
      ['PAPER_RECORD_MISSING'],
      ['PAPER_RECORD_MISSING'],
    ]);
    await paperDays(6);
    expect(await armed(['--strategy', 'momentum'])).toMatchObject({ code: 4 });
    expect((await told(['--status', '--strategy', 'manual'])).json.records).toEqual([
      { strategyId: 'manual', closedTrades: 0, paperDays: 0, isEnough: false },
      { strategyId: 'momentum', closedTrades: 0, paperDays: 6, isEnough: false },
    ]);
    await db
      .updateTable('sessions')
      .set({ opened_at: new Date(Date.now() - 8 * DAY_MS).toISOString() })
      .execute();
    const ran = await armed();
    expect(ran).toMatchObject({ code: 0, json: { overrideReason: null } });
    expect(ran.json.scope).toMatchObject({ everyStrategy: false, strategies: [{ strategyId: 'momentum' }] });
    expect([await rulesOf('recorded', 'momentum'), await rulesOf('without', 'manual')]).toEqual([[], ['tradingMode']]);
  });

  it('is refused under either half of the kill switch', async () => {
    await writeKillSwitch(db, { active: true, reason: 'a drill', setBy: 'a test', atMs: Date.now() });
    const row = await armed(OVERRIDE);
    expect([row.code, codes(row)]).toEqual([4, ['KILL_SWITCH']]);
    await writeKillSwitch(db, { active: false, reason: '', setBy: 'a test', atMs: Date.now() });
    writeFileSync(path.join(home, 'KILL'), 'by hand');
    const file = await armed(OVERRIDE);
    expect([file.code, codes(file)]).toEqual([4, ['KILL_SWITCH']]);
    expect(await readAccount(db, ACCOUNT)).toBeUndefined();
  });

  it('is refused with a superuser, and on an audit that was changed by hand', async () => {
    const owner = await run([...ARM, ...OVERRIDE, '--confirm', await phraseNow()], { DATABASE_URL: database.url });
    expect([owner.code, codes(owner)]).toEqual([4, ['DATABASE_SUPERUSER']]);
    await armed(OVERRIDE);
    const admin = openDatabase(database.url);
    await admin.updateTable('audit').set({ kind: 'nothing_happened' }).execute();
    await closeDatabase(admin);
    const broken = await armed(OVERRIDE);
    expect([broken.code, codes(broken)]).toEqual([4, ['AUDIT_BROKEN']]);
  });
});

describe('the venue', () => {
  it('must be the live one: keys and hosts of paper are refused before any request', async () => {
    for (const env of [
      { ALPACA_LIVE_KEY: 'PKVENUE:venue-secret' },
      { ALPACA_LIVE_URL: 'https://paper-api.alpaca.markets' },
      { ALPACA_PAPER_KEY: 'AKVENUE:live-secret' },
    ]) {
      const ran = await told([...ARM, '--confirm', 'any'], env);
      expect([ran.code, codes(ran)]).toEqual([2, ['CONFIG_MODE_HOST_MISMATCH']]);
    }
    const child = await run([...ARM, '--confirm', 'any'], { ALPACA_LIVE_KEY: 'PKVENUE:venue-secret' });
    expect([child.code, codes(child)]).toEqual([2, ['CONFIG_MODE_HOST_MISMATCH']]);
    expect(venue.control.stats().requests).toBe(0);
    const keyless = await armed(OVERRIDE, { ALPACA_LIVE_KEY: undefined });
    expect([keyless.code, codes(keyless)]).toEqual([2, ['CONFIG_REQUIRED']]);
  });

  it('may not call itself paper, may not change its account, and must answer', async () => {
    const paper = await openVenue({ credentials: [LIVE_KEY] });
    const called = await armed(OVERRIDE, { ALPACA_LIVE_URL: paper.url });
    expect([called.code, codes(called)]).toEqual([4, ['CONFIG_MODE_HOST_MISMATCH']]);
    await armed(OVERRIDE);
    const other = await openVenue({ isLive: true, credentials: [{ key: 'AKOTHER', secret: 'live-secret' }] });
    const env = { ALPACA_LIVE_URL: other.url, ALPACA_LIVE_KEY: 'AKOTHER:live-secret' };
    const changed = await armed(OVERRIDE, env);
    expect([changed.code, codes(changed)]).toEqual([4, ['VENUE_ACCOUNT_CHANGED']]);
    const down = await armed(OVERRIDE, { ALPACA_LIVE_URL: 'http://127.0.0.1:1' });
    expect([down.code, codes(down)]).toEqual([3, ['VENUE_UNREACHABLE']]);
  });

  it('must have a clock like ours', async () => {
    const late = await openVenue({ isLive: true, credentials: [LIVE_KEY], faults: { clockSkewMs: 20_000 } });
    const ran = await armed(OVERRIDE, { ALPACA_LIVE_URL: late.url });
    expect([ran.code, codes(ran)]).toEqual([4, ['CLOCK_DRIFT']]);
  });
});

it('lists every mistake of the command line, and needs Postgres', async () => {
  expect(codes(await told([]))).toEqual(['ARGUMENT_MISSING', 'ARGUMENT_MISSING']);
  const ran = await told(['--account', 'alpaca-paper', '--minutes', '1441', '--override', ' ', '--strategy', ' ']);
  expect([ran.code, codes(ran)]).toEqual([2, Array.from({ length: 4 }, () => 'ARGUMENT_VALUE')]);
  expect(codes(await told(['--status', '--disarm', '--minutes', '5']))).toContain('ARGUMENT_CONFLICT');
  const down = await run(['--status'], { DATABASE_URL: 'postgres://quarterdeck:a-password@127.0.0.1:1/nowhere' });
  expect([down.code, codes(down)]).toEqual([3, ['POSTGRES_DOWN']]);
});
