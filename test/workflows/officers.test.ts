/**
 * The officers on a desk of their own: a worker process that can be killed, a real server, a real book. One story in
 * chapters, in the order in which they stand here; the officers keep their long intervals unless a chapter says
 * otherwise, so that what comes at once comes of signals.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { createAccount } from '../../db/accounts.ts';
import { insertBars } from '../../db/bars.ts';
import { saveDataSet } from '../../db/data-sets.ts';
import { readPortfolios } from '../../db/officers/portfolios.ts';
import { policyInForce } from '../../db/policies.ts';
import { changePolicy } from '../../db/policy-changes.ts';
import { inTransaction } from '../../db/retry.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { enableStrategy } from '../../db/strategy-health.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { depositEntries } from '../../domain/execution/ledger.ts';
import { dataHash, seriesFromRows } from '../../domain/market/bar-series.ts';
import { createRandom } from '../../domain/market/random.ts';
import type { PolicyChanges } from '../../domain/officers/policy/change-settings.ts';
import { deskRisk } from '../../domain/officers/risk/desk-risk.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import type { Decision } from '../../schemas/decision.ts';
import { globalStateSchema } from '../../schemas/officers/global-state.ts';
import { riskPortfolioSchema } from '../../schemas/officers/portfolio.ts';
import { until } from '../../scripts/lib/until.ts';
import {
  assessNowUpdate,
  forceDecisionUpdate,
  globalStateQuery,
  OFFICERS,
  officerId,
  officerStatusQuery,
  reviewNowUpdate,
  riskAlertSignal,
} from '../../workflows/messages/officers.ts';
import { statusQuery, stopSignal, TRADING_QUEUE, tickUpdate } from '../../workflows/messages/strategy-session.ts';
import { problemsOf } from './desk-under-test.ts';
import { allTaskFailures } from './histories.ts';
import { type KillableDesk, openKillable } from './killable-desk.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2024-01-01T00:00:00Z');
/** 130 days: a back-test of the value at risk needs 120. */
const HOURS = 130 * 24;
/** The bar on which every market falls by 8 %, at noon. */
const CRASH = 128 * 24 + 12;
/** Sessions begin here: before the fall they warm up and buy. */
const FIRST = CRASH - 20;
const HELD = Array.from({ length: 8 }, (_, i) => `H${i}/USDT`);
const PROBE = 'PROBE/USDT';
const SECOND = 1_000;
const ACCOUNT = 'paper-1';
const PROBE_ACCOUNT = 'paper-probe';
const KEEPER_ACCOUNT = 'paper-keeper';

let killable: KillableDesk;
let owner: pg.Client;

beforeAll(async () => {
  killable = await openKillable();
  owner = new pg.Client({ connectionString: killable.database.url });
  await owner.connect();
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(killable.desk.db, { mode: startMode, settings, nowMs: Date.now() });
  // The Strategy Officer comes when it is asked: on a slow machine it would disable the fallen strategy earlier.
  const unhurried = { aiStrategyOfficerAnalysisIntervalMs: HOUR_MS };
  await set({ federationUpdateIntervalMs: 2 * SECOND, 'ceo.clearEvaluations': 1, ...unhurried });
  for (const accountId of [PROBE_ACCOUNT, KEEPER_ACCOUNT]) await openAccount(accountId);
  for (const symbol of [...HELD, PROBE]) await storeHours(symbol);
  killable.spawn();
  const spoken = async () => ((await query('select 1 from officer_memory')).length === OFFICERS.length ? true : null);
  await until('the officers', spoken, 60_000);
}, 90_000);

afterAll(async () => {
  await owner.end();
  await killable.close();
});

const query = async <R = Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
  (await owner.query(text, [...values])).rows as R[];

const set = (changes: PolicyChanges) =>
  inTransaction(killable.desk.db, (trx) =>
    changePolicy(trx, { setBy: 'a person', reason: 'a test', correlationId: null, atMs: Date.now(), changes }),
  );

const policy = async () => {
  const found = await policyInForce(killable.desk.db);
  if (found === undefined) throw new Error('the desk was started');
  return found;
};

async function openAccount(accountId: string, riskState: object = openRiskState(toDecimal(100_000), 0)) {
  const cash = toDecimal(100_000);
  const amounts = { cash: '100000', equity: '100000', startingCash: '100000' };
  const modes = { venue: 'paper', currency: 'USD', tradingMode: 'paper', fundingDoneMs: null, epoch: 0 } as const;
  const account = { accountId, ...amounts, ...modes, riskState: { ...riskState }, createdAtMs: Date.now() };
  await createAccount(killable.desk.db, account, depositEntries(accountId, cash, Date.now()));
}

const officer = (name: (typeof OFFICERS)[number]) => killable.desk.client.workflow.getHandle(officerId(name));
const globalState = async () => globalStateSchema.parse(await officer('federation').query(globalStateQuery));

/** Hours of small moves, with the one great fall. */
async function storeHours(symbol: string): Promise<void> {
  const random = createRandom(`officers ${symbol}`);
  let close = 100;
  const rows = Array.from({ length: HOURS }, (_, i) => {
    const open = i === CRASH ? close * 0.92 : close;
    close = Math.round((i === CRASH ? open : open * Math.exp(0.001 * random.normal())) * 1e6) / 1e6;
    const cells = { open: Math.round(open * 1e6) / 1e6, close, volume: 1_000_000 };
    const [high, low] = [Math.max(cells.open, close) + 0.05, Math.min(cells.open, close) - 0.05];
    return { openTimeMs: START_MS + i * HOUR_MS, ...cells, high: Number(high.toFixed(6)), low: Number(low.toFixed(6)) };
  });
  const texts = rows.map(({ openTimeMs, open, high, low, close: last, volume }) => ({
    ...{ openTimeMs, open: `${open}`, high: `${high}`, low: `${low}`, close: `${last}`, volume: `${volume}` },
  }));
  await insertBars(killable.desk.db, symbol, HOUR_MS, texts);
  await saveDataSet(killable.desk.db, {
    ...{ symbol, intervalMs: HOUR_MS, sourceName: 'officers', origins: [], rowCount: rows.length, gaps: [] },
    ...{ quarantined: null, dataHash: dataHash(seriesFromRows(symbol, HOUR_MS, rows)), importedAtMs: START_MS },
  });
}

/** A wide stop makes a small position that outlives the fall, the usual one a large position that does not. */
const aHolder = (accountId: string, symbols: readonly string[], stopAtr = 2) => ({
  accountId,
  strategy: { type: 'buyAndHold', stopAtr, sizeFraction: 0.08 },
  symbols,
  tradingMode: 'paper',
  barIntervalMs: HOUR_MS,
  market: { source: 'replay', from: new Date(START_MS + FIRST * HOUR_MS).toISOString(), speed: 1 },
  limits: { positionFractionMax: 0.08 },
  components: ['technical'],
  checkIntervalMs: 100,
});

type Session = Awaited<ReturnType<typeof startSession>>;
const startSession = (id: string, input: unknown) => killable.desk.startSession(id, input);

async function tick(session: Session): Promise<readonly Decision[]> {
  const answer = await session.executeUpdate(tickUpdate, { args: [{}] });
  if (answer === null) return [];
  return 'sequence' in answer ? [answer] : answer;
}

/** The first decision that the gate was asked about; a strategy warms up before it. */
async function firstJudged(
  session: Session,
  isWanted: (rules: readonly string[]) => boolean = () => true,
): Promise<Decision | undefined> {
  for (let bar = FIRST; bar < HOURS; bar += 1) {
    const judged = (await tick(session)).find(
      ({ verdict }) => verdict !== null && isWanted(verdict.reasons.map(({ rule }) => rule)),
    );
    if (judged !== undefined) return judged;
  }
  return undefined;
}

type EventRow = { sequence: number; type: string; payload: Record<string, unknown>; correlation_id: string; at: Date };
const eventsAfter = (sequence: number) =>
  query<EventRow>(
    'select sequence::int, type, payload, correlation_id, at from events where sequence > $1 order by 1',
    [sequence],
  );

const assess = () => officer('risk').executeUpdate(assessNowUpdate, { args: [{}] });
const review = () => officer('strategy').executeUpdate(reviewNowUpdate, { args: [{}] });
const force = () => officer('ceo').executeUpdate(forceDecisionUpdate, { args: [{}] });
const remembered = async (name: string) => {
  const [row] = await query<{ memory: Record<string, unknown> }>(
    'select memory from officer_memory where officer = $1',
    [name],
  );
  return row?.memory ?? {};
};
const slotsOf = (name: string, after = 0) =>
  query<{ slot: number; state: string }>(
    'select slot_ms::float8 as slot, state from officer_cycles where officer = $1 and slot_ms > $2 order by 1',
    [name, after],
  );

let keeper: Session;

it('tells alert, decision, switch and refusal of a crash under one id, in that order', async () => {
  const holder = await startSession('holder', aHolder(ACCOUNT, HELD));
  keeper = await startSession('keeper', aHolder(KEEPER_ACCOUNT, [PROBE], 80));
  for (let hour = FIRST; hour < CRASH; hour += 1) await Promise.all([tick(holder), tick(keeper)]);
  expect((await keeper.query(statusQuery)).activePositions).toBe(1);
  expect((await holder.query(statusQuery)).activePositions).toBe(HELD.length);
  const probe = await startSession('probe', aHolder(PROBE_ACCOUNT, HELD));
  const before = await policy();
  const [{ last } = { last: 0 }] = await query<{ last: number }>('select max(sequence)::int as last from events');
  await tick(holder);
  const filledAtMs = Date.now();
  const [fallen] = await query('select 1 - equity / 100000 as fall from accounts where account_id = $1', [ACCOUNT]);
  expect(Number(fallen?.fall)).toBeGreaterThan(0.04);

  const switched = await until('the switch of the mode', async () => {
    const found = (await eventsAfter(last)).find(({ type }) => type === 'ceo_mode_switch');
    return found ?? null;
  });
  const chain = (await eventsAfter(last)).filter((one) => one.correlation_id === switched.correlation_id);
  const types = chain.map(({ type }) => type);
  const at = (type: string): number => types.indexOf(type);
  expect(at('risk_state_update')).toBeGreaterThanOrEqual(0);
  expect(at('risk_alert')).toBeGreaterThan(at('risk_state_update'));
  expect(at('ceo_decision')).toBeGreaterThan(at('risk_alert'));
  expect(at('ceo_mode_switch')).toBeGreaterThan(at('ceo_decision'));
  expect(types.indexOf('policy_changed', at('ceo_mode_switch'))).toBeGreaterThan(at('ceo_mode_switch'));
  expect(chain[at('risk_alert')]?.payload).toMatchObject({ level: 'warning', trigger: 'equity' });
  expect(switched.payload).toMatchObject({ oldMode: before.mode, newMode: 'defensive' });
  const tookMs = switched.at.getTime() - (chain[at('risk_alert')]?.at.getTime() ?? 0);
  console.info(`from the alert to the switch ${tookMs} ms`);

  // Two seconds after the fill the fallen account asks for more, and is refused by the word of that policy.
  await sleep(Math.max(0, filledAtMs + 2 * SECOND - Date.now()));
  const own = (await tick(holder)).find(({ verdict }) => verdict !== null);
  expect(own?.verdict?.reasons.map(({ rule }) => rule).slice(0, 2)).toEqual(['operatingMode', 'dailyLoss']);
  const [ownRow] = await query(
    'select policy_version::int, correlation_id from gate_refusals where decision_id = $1 order by position limit 1',
    [own?.decisionId],
  );
  expect(ownRow).toEqual({ policy_version: own?.policyVersion, correlation_id: switched.correlation_id });
  expect(own?.policyVersion).toBe((await policy()).version);
  expect(own?.policyVersion).toBeGreaterThan(before.version);

  // Defensive leaves four positions: of eight that are asked for, four are refused.
  const refused = await firstJudged(probe, (reasons) => reasons.includes('operatingMode'));
  expect(refused?.verdict?.approved).toBe(false);
  const [row] = await query<{ policy_version: number; correlation_id: string }>(
    `select policy_version::int, correlation_id from gate_refusals where decision_id = $1 and rule = 'operatingMode'`,
    [refused?.decisionId],
  );
  expect(row?.correlation_id).toBe(switched.correlation_id);
  expect(row?.policy_version).toBeGreaterThan(before.version);
  expect(refused?.policyVersion).toBe(row?.policy_version);
}, 120_000);

it('measures what is held of bars that only their session has', async () => {
  const DAY_MS = 24 * HOUR_MS;
  const accountId = 'paper-own';
  await openAccount(accountId);
  const { market: _market, ...rest } = aHolder(accountId, ['OWN/USDT'], 8);
  const input = { ...rest, barIntervalMs: DAY_MS, market: { source: 'synthetic', count: 60 } };
  const session = await startSession('own-bars', input);
  for (let bar = 0; bar < 40; bar += 1) await tick(session);
  const [book] = (await readPortfolios(killable.desk.db, Date.now())).filter((one) => one.accountId === accountId);
  const [position] = riskPortfolioSchema.parse(book?.portfolio).positions;
  expect(position?.dailyCloses).toHaveLength(40);
  expect(position?.dailyCloses.at(-1)?.[1]).toBeCloseTo(Number(position?.price), 6);
  expect(deskRisk(book === undefined ? [] : [book], (await policy()).profile, 0).state.unmeasuredFraction).toBe(0);
  await session.signal(stopSignal, { reason: 'it is measured', flatten: true });
  await session.result();
}, 60_000);

it('back-tests the value at risk once a day', async () => {
  const rows = () => query('select day::text, method, level, observations, at from var_backtests order by 1, 2, 3');
  const first = await rows();
  expect(first.map(({ method, level }) => `${method} ${level}`)).toEqual([
    ...['ewma 0.95', 'ewma 0.99', 'gaussian 0.95', 'gaussian 0.99', 'historical 0.95', 'historical 0.99'],
  ]);
  const { riskScore } = await assess();
  expect(riskScore).toBeGreaterThan(0);
  expect(await rows()).toEqual(first);
});

/** Orders of an account, by leg and state. */
const ordersOf = (accountId: string) =>
  query<{ leg: string; state: string }>(
    'select leg, state from orders where account_id = $1 order by created_at, leg',
    [accountId],
  );

it('takes a book that cannot be read for the worst, lets out what reduces, and loosens by steps', async () => {
  await openAccount('paper-resting');
  const resting = await startSession('resting', aHolder('paper-resting', [PROBE]));
  expect((await firstJudged(resting))?.verdict).toMatchObject({ approved: true });
  const acknowledged = async () => ((await ordersOf('paper-resting'))[0]?.state === 'ACKED' ? true : null);
  await until('an entry at work', acknowledged);
  const protectedBefore = (await ordersOf(KEEPER_ACCOUNT)).filter(({ leg }) => leg === 'stop');
  await openAccount('paper-broken', {});
  expect(await assess()).toMatchObject({ riskScore: 100, portfolioKnown: false, accountId: 'paper-broken' });
  await until('emergency', async () => ((await policy()).mode === 'emergency' ? true : null));
  expect((await policy()).profile.newEntries).toBe(false);
  const takenBack = async () => ((await ordersOf('paper-resting'))[0]?.state === 'CANCELED' ? true : null);
  await until('the entry taken back', takenBack);
  expect((await ordersOf(KEEPER_ACCOUNT)).filter(({ leg }) => leg === 'stop')).toEqual(protectedBefore);
  expect(protectedBefore.some(({ state }) => state === 'ACKED')).toBe(true);
  await resting.signal(stopSignal, { reason: 'it was taken back' });
  await keeper.signal(stopSignal, { reason: 'an emergency', flatten: true });
  const exits = await until('the exits', async () => {
    const found = await query<{ state: string }>(
      `select o.state from orders o where account_id = $1 and leg = 'exit'`,
      [KEEPER_ACCOUNT],
    );
    return found.length > 0 ? found : null;
  });
  expect(exits.filter(({ state }) => ['DENIED', 'REJECTED', 'ABSENT'].includes(state))).toEqual([]);

  const healthy = `jsonb_build_object('dayStartEquity', equity::text, 'peakEquity', equity::text)`;
  await query(`update accounts set risk_state = $1 where account_id = 'paper-broken'`, [
    JSON.stringify(openRiskState(toDecimal(100_000), 0)),
  ]);
  await query(`update accounts set risk_state = risk_state || ${healthy}`);
  await set({ cooldownMs: 0 });
  await assess();
  await review();
  const [{ last } = { last: 0 }] = await query<{ last: number }>('select max(sequence)::int as last from events');
  for (let i = 0; i < 4; i += 1) await force();
  const switches = (await eventsAfter(last)).filter(({ type }) => type === 'ceo_mode_switch');
  expect(switches.map(({ payload }) => payload.newMode)).toEqual(['defensive', 'stability', 'growth']);
}, 60_000);

it('answers a flood of alerts in few evaluations, and names every one of them', async () => {
  const ids = Array.from({ length: 30 }, (_, i) => `flood-${i}`);
  const [{ last } = { last: 0 }] = await query<{ last: number }>('select max(sequence)::int as last from events');
  await killable.kill();
  for (const correlationId of ids) await officer('ceo').signal(riskAlertSignal, { correlationId });
  killable.spawn();
  const decided = await until(
    'every alert of the flood',
    async () => {
      const found = (await eventsAfter(last)).filter(({ type }) => type === 'ceo_decision');
      const named = new Set(
        found.flatMap(({ correlation_id, payload }) => [correlation_id, payload.correlationIds].flat()),
      );
      return ids.every((id) => named.has(id)) ? found : null;
    },
    60_000,
  );
  expect(decided.filter(({ payload }) => payload.correlationIds !== undefined).length).toBeLessThanOrEqual(3);
}, 90_000);

it('keeps a cool-down over a kill of the worker, whoever asks, and answers as the endpoint does', async () => {
  await set({ cooldownMs: 3_600_000, mode: 'defensive' });
  const asked = await force();
  expect(asked).toMatchObject({ status: 'ok', decision: { mode: 'defensive', switched: false, rule: 'growth' } });
  await killable.kill();
  killable.spawn();
  const again = await force();
  expect(again.decision).toMatchObject({ mode: 'defensive', switched: false });
  const left = [asked, again].map(({ decision }) => Number(decision.coolDownLeftMs));
  expect(left[1]).toBeLessThanOrEqual(left[0] ?? 0);
  expect(left[1]).toBeGreaterThan(3_500_000);
  const told = await query(`select 1 from events where type = 'ceo_decision' and correlation_id = $1`, [
    again.decision.correlationId,
  ]);
  expect(told).toHaveLength(1);
  await expect(officer('ceo').executeUpdate(forceDecisionUpdate, { args: [{ mode: 'expansion' }] })).rejects.toThrow();
}, 90_000);

it('ranks as one counts by hand, disables what no longer works, and hears a person who enables it again', async () => {
  const [{ strategy_id: strategyId = '' } = {}] = await query<{ strategy_id: string }>(
    `select strategy_id from sessions where session_id = 'keeper'`,
  );
  const trade = (id: string, strategy: string, pnl: number) =>
    query(
      `insert into trades (trade_id, account_id, strategy_id, symbol, side, quantity, entry_price, exit_price,
          opened_at, closed_at, pnl_net, fees, exit_reason)
        values ($1, $2, $3, $4, 'long', 1, 100, $5, now(), now(), $6, 0, 'signal')`,
      [id, ACCOUNT, strategy, PROBE, 100 + pnl, pnl],
    );
  for (const [i, pnl] of [2, -1, 2, -1].entries()) await trade(`a${i}`, 'alpha', pnl);
  for (const [i, pnl] of [1, -1, 1, -1].entries()) await trade(`b${i}`, 'beta', pnl);
  for (let i = 0; i < 5; i += 1) await trade(`c${i}`, strategyId, -1);
  const state = await review();
  const ranking = state.ranking as { strategyId: string; winRate: number; averageReturn: number; disabled: boolean }[];
  const seeded = ranking.filter((one) => ['alpha', 'beta', strategyId].includes(one.strategyId));
  expect(seeded.map((one) => [one.strategyId, one.winRate])).toEqual([
    ['alpha', 0.5],
    ['beta', 0.5],
    [strategyId, 0],
  ]);
  expect(ranking[0]?.averageReturn).toBeCloseTo(0.005, 12);
  expect(state).toMatchObject({ primary: 'alpha', fallbacks: expect.arrayContaining(['beta']) });
  const reason: unknown = expect.stringContaining('losses in a row');
  expect(state.disable).toContainEqual({ strategyId, reason });

  await set({ mode: 'stability' });
  await openAccount('paper-second');
  const session = await startSession('second', aHolder('paper-second', [PROBE]));
  const refused = await firstJudged(session);
  expect(refused?.verdict?.reasons.map(({ rule }) => rule)).toContain('strategyDisabled');

  const enabling = { strategyId, reason: 'looked at it', setBy: 'a person', atMs: Date.now() };
  await inTransaction(killable.desk.db, (trx) => enableStrategy(trx, enabling));
  const left = (await review()).disable as { strategyId: string }[];
  expect(left.map((one) => one.strategyId)).not.toContain(strategyId);
  expect(await query('select 1 from strategy_health where disabled and strategy_id = $1', [strategyId])).toEqual([]);
}, 60_000);

it('misses the slots of an officer that is off, and heeds flag and interval without a restart', async () => {
  const { runId } = await officer('strategy').describe();
  await set({ aiStrategyOfficerAnalysisIntervalMs: SECOND });
  await review();
  await set({ enableAiStrategyOfficer: false });
  const offAtMs = Date.now();
  await expect(review()).rejects.toThrow();
  const [missed] = await until('a missed slot', async () => {
    const found = (await slotsOf('strategy', offAtMs)).filter(({ state }) => state === 'missed');
    return found.length > 1 ? found : null;
  });
  await set({ enableAiStrategyOfficer: true, aiStrategyOfficerAnalysisIntervalMs: 2 * SECOND });
  const done = await until('a slot that is served', async () => {
    const found = (await slotsOf('strategy', missed?.slot ?? 0)).filter(({ state }) => state === 'done');
    return found.length > 1 ? found : null;
  });
  expect(done.every(({ slot }, i) => i === 0 || slot % (2 * SECOND) === 0)).toBe(true);
  expect(await officer('strategy').query(officerStatusQuery)).toMatchObject({ enabled: true, intervalMs: 2 * SECOND });
  expect((await officer('strategy').describe()).runId).toBe(runId);
}, 60_000);

it('shows a terminated officer as stale and holds the desk tighter, until it is there again', async () => {
  const before = await until('a state in which nobody is stale', async () => {
    const state = await globalState();
    return Object.values(state.inputs).some(({ stale }) => stale) ? null : state;
  });
  await officer('strategy').terminate('a drill');
  const goneAtMs = Date.now();
  const after = await until('the stale officer', async () => {
    const state = await globalState();
    return state.inputs.strategy.stale ? state : null;
  });
  const limits = ({ effectiveLimits: one }: typeof before) => [
    one.positionFractionMax,
    one.positionsMax,
    one.leverageMax,
    -(one.confidenceMin ?? 1),
  ];
  const pairs = limits(after).map((value, i) => [value, limits(before)[i] ?? 0] as const);
  expect(pairs.every(([now, then]) => now <= then)).toBe(true);
  expect(pairs.some(([now, then]) => now < then)).toBe(true);
  expect(after.alerts).toContain('the officer strategy is stale');
  expect((await policy()).stale).toContain('strategy');

  const start = { taskQueue: TRADING_QUEUE, workflowId: officerId('strategy'), args: [{ maxHistoryEvents: 30 }] };
  const { firstExecutionRunId } = await killable.desk.client.workflow.start('strategyOfficerCycle', start);
  await until('nobody stale', async () => ((await policy()).stale.length === 0 ? true : null));
  const renewed = await until('a new run', async () => {
    const { runId } = await officer('strategy').describe();
    const { cycles } = (await officer('strategy').query(officerStatusQuery)) as { cycles: number };
    return runId !== firstExecutionRunId && cycles > 2 ? cycles : null;
  });
  expect(renewed).toBeGreaterThan(2);
  const slots = (await slotsOf('strategy', goneAtMs)).map(({ slot }) => slot);
  expect(slots.length).toBeGreaterThan(1);
  expect(slots.slice(1).map((slot, i) => slot - (slots[i] ?? 0))).toEqual(slots.slice(1).map(() => 2 * SECOND));
}, 90_000);

it('tells who serves the queues, and what nobody serves', async () => {
  const { health } = await globalState();
  const served = Object.fromEntries((health?.queues ?? []).map(({ queue, workers }) => [queue, workers]));
  expect(served).toEqual({ trading: expect.any(Number), llm: 0, research: 0, compute: 0 });
  expect(served.trading).toBeGreaterThan(0);
  expect(health?.postgresMs).toBeLessThan(10_000);
});

it('takes no unknown field, leaves no failed workflow task, and no gap in the events', async () => {
  const start = { taskQueue: TRADING_QUEUE, workflowId: 'officer:odd', args: [{ intervalMs: 1 }] };
  const odd = await killable.desk.client.workflow.start('riskOfficerCycle', start);
  expect(await problemsOf(odd)).toMatchObject([{ code: 'INPUT_UNKNOWN_FIELD', path: 'intervalMs' }]);
  const [{ count, last } = {}] = await query('select count(*)::int, max(sequence)::int as last from events');
  expect(count).toBe(last);
  expect(await remembered('risk')).toMatchObject({ accounts: expect.any(Array) });
  expect(await allTaskFailures(killable.desk.client, TRADING_QUEUE)).toEqual([]);
});
