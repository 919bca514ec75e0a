/**
 * Armings of live accounts: one in force, an end, a scope, a trace; and the gate that asks for them with every order.
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { standingOf } from '../../db/account-standings.ts';
import { readAccount } from '../../db/accounts.ts';
import { type ArmRequest, activeArming, arm, disarm, isArmedFor, lastArmingId } from '../../db/armings.ts';
import { verifyAudit } from '../../db/audit.ts';
import { readEvents } from '../../db/events.ts';
import { writeKillSwitch } from '../../db/kill-switch.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { paperRecords } from '../../db/paper-records.ts';
import { savePositions } from '../../db/positions.ts';
import { inTransaction } from '../../db/retry.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { openRun } from '../../db/session-open.ts';
import { openSession } from '../../db/sessions.ts';
import { isSuperuser } from '../../db/superuser.ts';
import { insertTrades } from '../../db/trades.ts';
import { paperRecordOf } from '../../domain/risk/paper-record.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { strategySchema } from '../../schemas/signals.ts';
import { aSessionInput, type DeskDatabase, openDeskDatabase } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';

const CONFIG = fileURLToPath(new URL('../../config', import.meta.url));
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIVE = 'alpaca-live';

let desk: DeskDatabase;
let nowMs: number;
beforeAll(() => {
  nowMs = Date.now();
});
beforeEach(async () => {
  desk = await openDeskDatabase();
  const { settings, startMode } = loadGovernance(CONFIG);
  await seedDesk(desk.db, { mode: startMode, settings, nowMs });
  return () => desk.close();
});

const scopeOf = (...ids: string[]) => ({
  everyStrategy: false,
  strategies: ids.map((id) => paperRecordOf(id, 20, [])),
});

const aRequest = (change: Partial<ArmRequest> = {}): ArmRequest => ({
  accountId: LIVE,
  armedBy: 'a person',
  armedAtMs: nowMs,
  expiresAtMs: nowMs + HOUR_MS,
  scope: scopeOf('manual'),
  overrideReason: null,
  seenArmingId: null,
  seen: { venueAccountId: 'venue-1', cash: '100000', currency: 'USD' },
  ...change,
});

/** What the gate says of an order by hand on the live account. */
async function rulesOf(name: string, entry: Parameters<typeof anOrderRequest>[1] = {}, strategyId = 'manual') {
  const request = anOrderRequest(name, entry, { accountId: LIVE, strategyId });
  const { reasons } = await createOrderStore(desk.db).check(request);
  return reasons.map((one) => one.rule);
}

describe('an arming', () => {
  it('opens the account once, is in force until it expires, and is noted in audit and events', async () => {
    const outcome = await arm(desk.db, aRequest());
    expect(outcome).toMatchObject({ outcome: 'armed', isNewAccount: true, arming: { armingId: 1, accountId: LIVE } });
    expect(await readAccount(desk.db, LIVE)).toMatchObject({ tradingMode: 'live', venue: LIVE, cash: '100000' });
    expect(await standingOf(desk.db, LIVE)).toMatchObject({ venueAccountId: 'venue-1', frozen: null });
    expect(await activeArming(desk.db, LIVE, nowMs + HOUR_MS - 1)).toMatchObject({ armingId: 1 });
    expect(await activeArming(desk.db, LIVE, nowMs + HOUR_MS)).toBeNull();
    expect(await activeArming(desk.db, 'paper-1', nowMs)).toBeNull();
    const event = (await readEvents(desk.db, 0, 100)).find((one) => one.type === 'live_armed');
    expect(event?.payload).toMatchObject({ armingId: 1, armedBy: 'a person', overrideReason: null });
    expect(await verifyAudit(desk.db)).toBeNull();
  });

  it('is for the strategies that are meant, and for all under an override that named none', async () => {
    await arm(desk.db, aRequest({ scope: scopeOf('momentum', 'smaCross') }));
    const armed = (strategyId: string) => isArmedFor(desk.db, { accountId: LIVE, strategyId }, nowMs);
    expect([await armed('momentum'), await armed('smaCross'), await armed('manual')]).toEqual([true, true, false]);
    const scope = { everyStrategy: true, strategies: [] };
    await arm(desk.db, aRequest({ scope, overrideReason: 'a drill', seenArmingId: 1 }));
    expect([await armed('momentum'), await armed('manual')]).toEqual([true, true]);
  });

  it('ends the one before, so that a short one after a long one is short', async () => {
    await arm(desk.db, aRequest({ expiresAtMs: nowMs + DAY_MS }));
    await arm(desk.db, aRequest({ seenArmingId: 1, expiresAtMs: nowMs + 60_000 }));
    expect(await activeArming(desk.db, LIVE, nowMs)).toMatchObject({ armingId: 2 });
    expect(await activeArming(desk.db, LIVE, nowMs + 60_000)).toBeNull();
  });

  it('is refused under the kill switch, and when somebody armed since it was seen; nothing changes then', async () => {
    await writeKillSwitch(desk.db, { active: true, reason: 'a drill', setBy: 'a test', atMs: nowMs });
    expect(await arm(desk.db, aRequest())).toEqual({ outcome: 'killSwitch', reason: 'a drill' });
    expect(await readAccount(desk.db, LIVE)).toBeUndefined();
    await writeKillSwitch(desk.db, { active: false, reason: '', setBy: 'a test', atMs: nowMs });
    const outcomes = await Promise.all([arm(desk.db, aRequest()), arm(desk.db, aRequest())]);
    expect(outcomes.map((one) => one.outcome).sort()).toEqual(['armed', 'changed']);
    expect(await lastArmingId(desk.db, LIVE)).toBe((await activeArming(desk.db, LIVE, nowMs))?.armingId);
  });

  it('is taken back by hand, once, and that is noted', async () => {
    await arm(desk.db, aRequest());
    const by = { disarmedBy: 'a person', atMs: nowMs + 1 };
    expect(await disarm(desk.db, LIVE, by)).toEqual([1]);
    expect(await activeArming(desk.db, LIVE, nowMs + 2)).toBeNull();
    expect(await disarm(desk.db, LIVE, by)).toEqual([]);
    expect(await disarm(desk.db, 'nobody', by)).toEqual([]);
    const events = (await readEvents(desk.db, 0, 100)).filter((one) => one.type === 'live_disarmed');
    expect(events.map((one) => one.payload)).toEqual([{ accountId: LIVE, armingIds: [1], disarmedBy: 'a person' }]);
    expect(await verifyAudit(desk.db)).toBeNull();
  });
});

describe('the gate, asked about an order of a live account', () => {
  it('takes the mode from the account: not armed is refused though it came as paper, armed is approved', async () => {
    await arm(desk.db, aRequest({ armedAtMs: nowMs - DAY_MS, expiresAtMs: nowMs - 1 }));
    expect(await rulesOf('expired')).toEqual(['tradingMode']);
    await arm(desk.db, aRequest({ seenArmingId: 1 }));
    expect(await rulesOf('armed')).toEqual([]);
    expect(await rulesOf('unmeant', {}, 'momentum')).toEqual(['tradingMode']);
    await disarm(desk.db, LIVE, { disarmedBy: 'a person', atMs: nowMs });
    expect(await rulesOf('disarmed')).toEqual(['tradingMode']);
  });

  it('asks again when the intent is recorded: an arming that ended in between stops it', async () => {
    await arm(desk.db, aRequest());
    const request = anOrderRequest('late', {}, { accountId: LIVE });
    const store = createOrderStore(desk.db);
    expect((await store.check(request)).approved).toBe(true);
    await disarm(desk.db, LIVE, { disarmedBy: 'a person', atMs: nowMs });
    expect((await store.record(request)).reasons.map((one) => one.rule)).toEqual(['tradingMode']);
    expect(await desk.db.selectFrom('orders').selectAll().execute()).toEqual([]);
  });

  it('never traps what is held: an order that only reduces passes without an arming', async () => {
    await arm(desk.db, aRequest());
    await disarm(desk.db, LIVE, { disarmedBy: 'a person', atMs: nowMs });
    const held = { strategyId: 'manual', symbol: 'BTC/USDT', quantity: '1', averagePrice: '100', markPrice: '100' };
    const rest = { leverage: 1, realizedPnl: '0', fees: '0', funding: '0', openedAtMs: nowMs, fundingDoneMs: null };
    await savePositions(desk.db, [{ accountId: LIVE, ...held, ...rest, cost: '100', trip: null }]);
    const exit = { leg: 'exit', side: 'sell', type: 'market', limitPrice: null, reduceOnly: true } as const;
    expect(await rulesOf('exit', exit)).toEqual([]);
    expect(await rulesOf('more')).toEqual(['tradingMode']);
  });

  it('lets no paper account pass as live', async () => {
    await arm(desk.db, aRequest());
    const request = anOrderRequest('wrong');
    const live = { ...request, surroundings: { ...request.surroundings, tradingMode: 'live' as const } };
    const { reasons } = await createOrderStore(desk.db).check(live);
    expect(reasons.map((one) => one.rule)).toEqual(['tradingMode']);
  });
});

describe('a session', () => {
  const openLive = (change: Record<string, unknown>) => {
    const strategy = strategySchema.parse({ type: 'momentum' });
    const fields = { accountId: LIVE, strategy, symbols: ['BTC/USDT'], tradingMode: 'live', barIntervalMs: HOUR_MS };
    const input = parseSessionInput({ ...fields, ...change }, 'strategy-session:live', nowMs);
    const times = { startsAtMs: nowMs, dataEndsAtMs: nowMs, nowMs };
    const named = { workflowId: 'strategy-session:live', openKey: 'run-1', strategyId: 'momentum', dataHash: '' };
    return inTransaction(desk.db, (trx) => openRun(trx, { input, strategy, ...named, ...times }));
  };
  const codeOf = (change: Record<string, unknown> = {}): Promise<string | undefined> =>
    openLive(change).then(
      () => undefined,
      (error: unknown) => (error instanceof InvalidInput ? error.problems[0]?.code : String(error)),
    );

  it('of mode live is refused while its account is not armed for its strategy, or has never been opened', async () => {
    expect(await codeOf()).toBe('MODE_NOT_ARMED');
    await arm(desk.db, aRequest());
    expect(await codeOf()).toBe('MODE_NOT_ARMED');
  });

  it('opens when it is armed for its strategy, and follows no invented bars', async () => {
    await arm(desk.db, aRequest({ scope: scopeOf('momentum') }));
    expect(await codeOf({ tradingMode: 'paper' })).toBe('MODE_MISMATCH');
    expect(await codeOf({ market: { source: 'synthetic', count: 10 } })).toBe('INPUT_ENUM');
    expect(await openLive({})).toMatchObject({ outcome: 'opened', session: { tradingMode: 'live' } });
  });
});

it('counts closed trades and session time on paper, per strategy, and nothing of backtests', async () => {
  const open = (change: Parameters<typeof aSessionInput>[0]) =>
    inTransaction(desk.db, (trx) => openSession(trx, aSessionInput(change)));
  await open({ strategyId: 'slow', openedAtMs: nowMs - 8 * DAY_MS });
  await open({ sessionId: 'sim', workflowId: 'strategy-session:sim', strategyId: 'slow', tradingMode: 'backtest' });
  const trades = Array.from({ length: 20 }, (_, index) => ({
    trade: {
      ...{ tradeId: `trade-${index}`, symbol: 'BTC/USDT', strategyId: 'quick', side: 'long' as const, quantity: '1' },
      ...{ entryAtMs: nowMs - 2, entryPrice: '100', exitAtMs: nowMs - 1, exitPrice: '101', pnl: '1', fees: '0' },
      exitReason: 'signal' as const,
    },
    entryFeatures: null,
    regime: null,
  }));
  await insertTrades(desk.db, { accountId: 'paper-1', sessionId: null }, trades);
  expect(await paperRecords(desk.db, ['new'], nowMs)).toEqual([
    { strategyId: 'new', closedTrades: 0, paperDays: 0, isEnough: false },
    { strategyId: 'quick', closedTrades: 20, paperDays: 0, isEnough: true },
    { strategyId: 'slow', closedTrades: 0, paperDays: 8, isEnough: true },
  ]);
});

it('tells a superuser from the roles of the desk', async () => {
  expect(await isSuperuser(desk.db)).toBe(true);
});
