/**
 * The policy store on a real Postgres: who may change what, what is refused
 * at write, and what holds when a row is broken.
 */
import { sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { verifyAudit } from '../../db/audit.ts';
import { readEvents } from '../../db/events.ts';
import { recordCeoDecision } from '../../db/officers/ceo-store.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { activePolicy, firstPolicy, policyInForce } from '../../db/policies.ts';
import { changePolicy, writeCeilings, writeMode, writeStale } from '../../db/policy-changes.ts';
import { policyHistory } from '../../db/policy-history.ts';
import { inTransaction } from '../../db/retry.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { writeStandings } from '../../db/strategy-health.ts';
import type { Tables } from '../../db/tables.ts';
import type { PolicyChanges } from '../../domain/officers/policy/change-settings.ts';
import type { CeoInputs } from '../../schemas/officers/ceo-decision.ts';
import { TIGHTEST_PROFILE } from '../../schemas/officers/policy-store.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';

const { settings, startMode } = loadGovernance('config');
const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
let desk: DeskDatabase;
let nowMs = START_MS;

beforeAll(async () => {
  desk = await openDeskDatabase();
  await seedDesk(desk.db, { mode: startMode, settings, nowMs });
});
afterAll(() => desk.close());

const within = <R>(work: (trx: Transaction<Tables>) => Promise<R>): Promise<R> => inTransaction(desk.db, work);
const author = (setBy: string, correlationId: string | null = null) => ({
  setBy,
  reason: 'a test',
  correlationId,
  atMs: nowMs,
});
const set = (changes: PolicyChanges, reason = 'a test') =>
  within((trx) => changePolicy(trx, { ...author('a person'), reason, changes }));
const ceoSets = (
  mode: 'expansion' | 'growth' | 'stability' | 'defensive' | 'emergency',
  correlationId = 'risk-alert:1',
) => within((trx) => writeMode(trx, { ...author('officer:ceo', correlationId), mode }));
const problemsOf = async (work: Promise<unknown>): Promise<string[]> => {
  const refusal = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refusal instanceof InvalidInput)) throw new Error(`not refused: ${String(refusal)}`);
  return refusal.problems.map(({ code, path }) => `${code} ${path}`);
};
const inForce = async () => {
  const policy = await policyInForce(desk.db);
  if (policy === undefined) throw new Error('the desk was started');
  return policy;
};

describe('a change by a person', () => {
  it('is a version with who, when, why, before and after, its event and its audit row', async () => {
    nowMs += MINUTE_MS;
    const { version } = await set(
      { cooldownMs: 60_000, enableAiCeo: false, 'profiles.growth.leverageMax': 4 },
      'a drill',
    );
    expect((await inForce()).settings).toMatchObject({ officers: { cooldownMs: 60_000, enableAiCeo: false } });
    const [newest] = await policyHistory(desk.db, 5);
    expect(newest).toEqual({
      ...{
        version,
        active: true,
        mode: 'stability',
        setBy: 'a person',
        reason: 'a drill',
        atMs: nowMs,
        correlationId: null,
      },
      before: { cooldownMs: 900_000, enableAiCeo: true, 'profiles.growth.leverageMax': 5 },
      after: { cooldownMs: 60_000, enableAiCeo: false, 'profiles.growth.leverageMax': 4 },
    });
    const last = (await readEvents(desk.db, 0, 100)).at(-1);
    expect(last).toMatchObject({
      type: 'policy_changed',
      payload: { version, setBy: 'a person', after: { cooldownMs: 60_000 } },
    });
    expect(await verifyAudit(desk.db)).toBeNull();
  });

  it('that changes nothing writes nothing', async () => {
    const { version } = await inForce();
    await set({ cooldownMs: 60_000, mode: 'stability' });
    expect((await inForce()).version).toBe(version);
  });

  it.each<[string, PolicyChanges, string[]]>([
    ['NaN', { cooldownMs: Number.NaN }, ['INPUT_RANGE cooldownMs']],
    ['the word NaN', { 'profiles.growth.positionsMax': 'NaN' }, ['INPUT_TYPE profiles.growth.positionsMax']],
    [
      '-1',
      { aiCeoDecisionIntervalMs: -1, 'profiles.growth.leverageMax': -1 },
      ['INPUT_RANGE aiCeoDecisionIntervalMs', 'INPUT_RANGE profiles.growth.leverageMax'],
    ],
    [
      'an unknown key',
      { coolDownMs: 1, 'profiles.turbo.positionsMax': 3 },
      ['INPUT_UNKNOWN_FIELD coolDownMs', 'INPUT_UNKNOWN_FIELD profiles.turbo.positionsMax'],
    ],
    [
      'a key that every object has',
      { 'ceo.constructor': 1, __proto__x: 2 },
      ['INPUT_UNKNOWN_FIELD __proto__x', 'INPUT_UNKNOWN_FIELD ceo.constructor'],
    ],
    ['a mode without profile', { mode: 'turbo' }, ['INPUT_ENUM mode']],
    [
      'profiles that lack a mode',
      { profiles: { ...settings.profiles, growth: undefined } },
      ['INPUT_REQUIRED profiles.growth'],
    ],
    [
      'a profile that lacks a key',
      { 'profiles.growth': { positionsMax: 3 } },
      ['INPUT_REQUIRED profiles.growth.positionFractionMax', 'INPUT_REQUIRED profiles.growth.leverageMax'],
    ],
    [
      'an emergency that opens',
      { 'profiles.emergency.newEntries': true },
      ['INPUT_RANGE profiles.emergency.newEntries'],
    ],
    [
      'a mode looser than a looser one',
      { 'profiles.stability.positionsMax': 11 },
      ['INPUT_RANGE profiles.stability.positionsMax'],
    ],
    ['thresholds in the wrong order', { 'ceo.defensiveScore': 90 }, ['INPUT_RANGE ceo.emergencyScore']],
  ])('refuses %s, with every problem at once', async (_name, changes, expected) => {
    const { version } = await inForce();
    expect(await problemsOf(set(changes))).toEqual(expect.arrayContaining(expected));
    expect((await inForce()).version).toBe(version);
  });

  it('needs a reason', async () => {
    expect(await problemsOf(set({ mode: 'growth', cooldownMs: -5 }, ' '))).toEqual([
      'INPUT_REQUIRED reason',
      'INPUT_RANGE cooldownMs',
    ]);
  });

  it('may loosen at once, and by several steps', async () => {
    await set({ mode: 'emergency' });
    expect(await activePolicy(desk.db)).toMatchObject({ mode: 'emergency', profile: { newEntries: false } });
    await set({ mode: 'expansion' });
    expect(await inForce()).toMatchObject({ mode: 'expansion', modeSinceMs: nowMs });
  });
});

describe('the effective policy', () => {
  it('is never looser in a tighter mode: a looser one bounds it', async () => {
    await set({ mode: 'stability', 'profiles.expansion.positionsMax': 3 });
    expect((await inForce()).profile).toMatchObject({ positionsMax: 3, positionFractionMax: 0.08, leverageMax: 3 });
    await set({ 'profiles.expansion.positionsMax': 10 });
  });

  it('is bounded by the ceilings of the Risk Officer, which widen nothing', async () => {
    const ceilings = { positionFractionMax: 0.05, positionsMax: 100, leverageMax: 10 };
    const ceiled = await within((trx) => writeCeilings(trx, { ...author('officer:risk', 'risk:1'), ceilings }));
    expect(ceiled.profile).toMatchObject({ positionFractionMax: 0.05, positionsMax: 8, leverageMax: 3 });
    const same = await within((trx) => writeCeilings(trx, { ...author('officer:risk', 'risk:2'), ceilings }));
    expect(same.version).toBe(ceiled.version);
    const none = { positionFractionMax: 0, positionsMax: 0, leverageMax: 1 };
    const shut = await within((trx) => writeCeilings(trx, { ...author('officer:risk', 'risk:3'), ceilings: none }));
    expect(shut.profile).toMatchObject({ positionFractionMax: 0, newEntries: false });
    const told = (await readEvents(desk.db, 0, 500)).filter((one) => one.correlationId === 'risk:3');
    expect(told.map((one) => one.type)).toEqual(['risk_ceiling_update', 'policy_changed']);
    expect(told[0]?.payload).toEqual({ before: ceilings, after: none });
    const wrong = { ...none, positionsMax: Number.NaN };
    expect(
      await problemsOf(within((trx) => writeCeilings(trx, { ...author('officer:risk'), ceilings: wrong }))),
    ).toEqual(['INPUT_RANGE positionsMax']);
    await within((trx) => writeCeilings(trx, { ...author('officer:risk'), ceilings: null }));
  });

  it('is one mode tighter while an officer is stale, and the mode stays', async () => {
    const stale = await within((trx) => writeStale(trx, { ...author('officer:federation'), stale: ['ceo'] }));
    expect(stale).toMatchObject({ mode: 'stability', profile: settings.profiles.defensive, modeSinceMs: nowMs });
    const back = await within((trx) => writeStale(trx, { ...author('officer:federation'), stale: [] }));
    expect(back.profile).toEqual(settings.profiles.stability);
  });

  it('of simulated accounts is the first one, whatever was set since', async () => {
    await ceoSets('emergency');
    expect(await firstPolicy(desk.db)).toEqual({ version: 1, mode: 'stability', profile: settings.profiles.stability });
  });
});

describe('the CEO', () => {
  it('loosens by one step, after the cool-down that is stored', async () => {
    const { modeSinceMs } = await inForce();
    nowMs = modeSinceMs + 59_999;
    expect(await problemsOf(ceoSets('stability'))).toEqual(['POLICY_STEP mode', 'POLICY_COOLDOWN mode']);
    expect(await problemsOf(ceoSets('defensive'))).toEqual(['POLICY_COOLDOWN mode']);
    nowMs += 1;
    expect(await ceoSets('defensive', 'ceo:7')).toMatchObject({
      mode: 'defensive',
      modeSinceMs: nowMs,
      modeCorrelationId: 'ceo:7',
    });
    const told = (await readEvents(desk.db, 0, 500)).filter((one) => one.correlationId === 'ceo:7');
    expect(told.map((one) => one.type)).toEqual(['ceo_mode_switch', 'policy_changed']);
    expect(told[0]?.payload).toEqual({ oldMode: 'emergency', newMode: 'defensive', reason: 'a test' });
  });

  const healthy: CeoInputs = {
    risk: { portfolioKnown: true, score: 10, level: 'low', drawdownDailyFraction: 0, ageMs: 0, stale: false },
    strategy: { winRate: 0.6, closedTrades: 50, ageMs: 0, stale: false },
    health: { problems: [], ageMs: 0, stale: false },
    portfolio: { equityUsd: '100000', openPositions: 0, grossExposureFraction: 0, ageMs: 0, stale: false },
  };
  const evaluate = (score: number, correlationId: string) =>
    recordCeoDecision(desk.db, { inputs: { ...healthy, risk: { ...healthy.risk, score } }, correlationId, nowMs });

  it('decides, remembers and switches in one transaction, and is in no hurry however often it is asked', async () => {
    const bad = await evaluate(90, 'risk-alert:9');
    expect(bad).toMatchObject({ mode: 'emergency', switched: true, policyVersion: (await inForce()).version });
    const told = (await readEvents(desk.db, 0, 500)).filter((one) => one.correlationId === 'risk-alert:9');
    expect(told.map((one) => one.type)).toEqual(['ceo_decision', 'ceo_alert', 'ceo_mode_switch', 'policy_changed']);
    for (let asked = 0; asked < 5; asked += 1) expect((await evaluate(10, `forced:${asked}`)).mode).toBe('emergency');
    nowMs += 60_000;
    const modes = [];
    for (let asked = 0; asked < 3; asked += 1) modes.push((await evaluate(10, `later:${asked}`)).mode);
    expect(modes).toEqual(['defensive', 'defensive', 'defensive']);
  });

  it('evaluates one after the other when asked at once', async () => {
    nowMs += 60_000;
    const all = await Promise.all(Array.from({ length: 4 }, (_, i) => evaluate(10, `at-once:${i}`)));
    expect(all.filter((one) => one.switched)).toHaveLength(1);
    expect((await inForce()).mode).toBe('stability');
  });
});

describe('an order', () => {
  const store = () => createOrderStore(desk.db);
  const refusalsOf = (decisionId: string) =>
    desk.db.selectFrom('gate_refusals').selectAll().where('decision_id', '=', decisionId).orderBy('position').execute();

  it('is recorded under the version in force, and refused by the version that came in between', async () => {
    const passed = anOrderRequest('before', {}, { strategyId: 'governed' });
    expect(await store().check(passed)).toEqual({ approved: true, reasons: [] });
    expect((await store().record(passed)).approved).toBe(true);
    const { version } = await inForce();
    const intents = await desk.db.selectFrom('order_intents').selectAll().where('decision_id', '=', 'before').execute();
    expect(new Set(intents.map((one) => one.policy_version))).toEqual(new Set([version]));

    const late = anOrderRequest('between', {}, { strategyId: 'governed-2' });
    expect((await store().check(late)).approved).toBe(true);
    const switched = await ceoSets('emergency', 'risk-alert:12');
    const ceilings = { positionFractionMax: 0.01, positionsMax: 1, leverageMax: 1 };
    const newest = await within((trx) => writeCeilings(trx, { ...author('officer:risk', 'risk:20'), ceilings }));
    const verdict = await store().record(late);
    expect(verdict.reasons[0]).toEqual({
      rule: 'operatingMode',
      message: `operating mode emergency (policy version ${newest.version}) takes reducing orders only`,
    });
    expect(newest.version).toBe(switched.version + 1);
    expect((await refusalsOf('between'))[0]).toMatchObject({
      policy_version: newest.version,
      correlation_id: 'risk-alert:12',
      stage: 'intent',
    });
    const told = (await readEvents(desk.db, 0, 500)).filter((one) => one.correlationId === 'risk-alert:12');
    expect(told.map((one) => one.type)).toEqual(['ceo_mode_switch', 'policy_changed', 'order_refused']);
    expect(told.at(-1)?.payload).toMatchObject({ decisionId: 'between', policyVersion: newest.version });
  });

  it('of a disabled strategy is refused by that rule, with the reason', async () => {
    await set({ mode: 'stability' });
    await within((trx) => writeCeilings(trx, { ...author('officer:risk'), ceilings: null }));
    const standing = {
      strategyId: 'worn',
      disabled: true,
      reason: 'degraded',
      setBy: 'officer:strategy',
      correlationId: 'strategy:3',
      atMs: nowMs,
    };
    await writeStandings(desk.db, [standing]);
    const request = anOrderRequest('worn-out', {}, { strategyId: 'worn' });
    expect((await store().check(request)).reasons).toMatchObject([
      { rule: 'strategyDisabled', message: expect.stringContaining('degraded') },
    ]);
    expect((await refusalsOf('worn-out'))[0]?.correlation_id).toBe('strategy:3');
    await writeStandings(desk.db, [{ ...standing, disabled: false }]);
    expect((await store().check(anOrderRequest('rested', {}, { strategyId: 'worn' }))).approved).toBe(true);
  });
});

describe('a row that somebody has planted', () => {
  const plant = async (change: string): Promise<void> => {
    await sql.raw(`update policies set ${change} where active`).execute(desk.db);
  };

  it.each([
    ['a limit that is no number', `profile = jsonb_set(profile, '{positionsMax}', '"NaN"')`],
    ['-1', `profile = jsonb_set(profile, '{leverageMax}', '-1')`],
    ['a missing key', `profile = profile - 'positionsMax'`],
    ['an unknown key', `profile = profile || '{"bonus":1}'`],
    ['a mode without profile', `mode = 'turbo'`],
    ['a mode that the settings lack', `settings = settings #- '{profiles,stability}'`],
    ['an interval of nothing', `settings = jsonb_set(settings, '{officers,cooldownMs}', 'null')`],
    ['no settings at all', `settings = null`],
    ['ceilings of -1', `ceilings = '{"positionFractionMax":-1,"positionsMax":1,"leverageMax":1}'`],
    ['an officer that nobody knows', `stale_officers = '["cfo"]'`],
    ['no active version', `active = false`],
  ])('%s holds the desk at the tightest until a person sets a mode', async (_name, change) => {
    const { version } = await inForce();
    await plant(change);
    expect(await activePolicy(desk.db)).toEqual({ version, mode: 'emergency', profile: TIGHTEST_PROFILE });
    expect((await inForce()).faults.length).toBeGreaterThan(0);
    expect(await problemsOf(ceoSets('emergency'))).toEqual(['POLICY_FAULTY policy']);
    const mended = await set({ mode: 'stability' }, 'mended');
    expect(mended).toMatchObject({ version: version + 1, faults: [], profile: settings.profiles.stability });
  });

  it('and that is valid can tighten, never widen', async () => {
    await plant(`profile = jsonb_set(jsonb_set(profile, '{positionsMax}', '900'), '{leverageMax}', '1')`);
    expect((await inForce()).profile).toMatchObject({ positionsMax: 8, leverageMax: 1 });
  });
});
