/**
 * What the officers read and write on a real Postgres: no look-ahead, slots once, a repeated attempt writes nothing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { createAccount } from '../../db/accounts.ts';
import { insertBars } from '../../db/bars.ts';
import { setMatchedUntil } from '../../db/book-clocks.ts';
import { addBookDays, forgetBookDays } from '../../db/book-days.ts';
import { lastSequence } from '../../db/events.ts';
import { insertRows } from '../../db/insert-rows.ts';
import { createOfficerStore, type OfficerStore } from '../../db/officers/officer-store.ts';
import { readPortfolios } from '../../db/officers/portfolios.ts';
import { readCycles } from '../../db/read/figures.ts';
import { readStanding } from '../../db/read/standing.ts';
import { inTransaction } from '../../db/retry.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { openSession } from '../../db/sessions.ts';
import { enableStrategy, strategyStanding, writeStandings } from '../../db/strategy-health.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { openRiskState } from '../../domain/risk/risk-state.ts';
import type { CeoInputs } from '../../schemas/officers/ceo-decision.ts';
import type { CycleRequest } from '../../schemas/officers/cycle.ts';
import { riskPortfolioSchema } from '../../schemas/officers/portfolio.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { anAccount, aSessionInput, type DeskDatabase, HOUR_MS, openDeskDatabase, START_MS } from './desk-database.ts';

const { settings, startMode } = loadGovernance('config');
const DAY_MS = 86_400_000;
const HOURS = 100;
let desk: DeskDatabase;
let store: OfficerStore;

beforeAll(async () => {
  desk = await openDeskDatabase();
  store = createOfficerStore(desk.db);
  await seedDesk(desk.db, { mode: startMode, settings, nowMs: START_MS });
});
afterAll(() => desk.close());

describe('portfolios', () => {
  const symbol = 'BTC/USDT';

  beforeAll(async () => {
    const account = anAccount({ accountId: 'held', riskState: { ...openRiskState(toDecimal(100_000), 0) } });
    await createAccount(desk.db, account, []);
    await createAccount(desk.db, anAccount({ accountId: 'sim:held', tradingMode: 'backtest' }), []);
    const bars = Array.from({ length: HOURS }, (_, i) => ({
      ...{ openTimeMs: START_MS + i * HOUR_MS, open: '1', high: `${i + 1}`, low: '1' },
      ...{ close: `${i + 1}`, volume: `${1_000 + i}` },
    }));
    await insertBars(desk.db, symbol, HOUR_MS, bars);
    const position = {
      ...{ account_id: 'held', strategy_id: 'manual', symbol, quantity: '2', average_price: '40' },
      ...{ mark_price: '50', realized_pnl: '0', fees: '0', funding: '0', cost: '80', leverage: 1 },
    };
    await insertRows(desk.db, 'positions', [position, { ...position, account_id: 'sim:held' }]);
  });

  it('show the closes of whole bars up to what the account has traded, and none after it', async () => {
    // Matched until 50 and a half hours after the start: the bar that opened at hour 49 is the last that has closed.
    const untilMs = START_MS + 50.5 * HOUR_MS;
    await setMatchedUntil(desk.db, [{ accountId: 'held', strategyId: 'manual', symbol, untilMs }]);
    const books = await readPortfolios(desk.db, START_MS);
    expect(books.map(({ accountId }) => accountId)).toEqual(['held', 'paper-1']);
    const [held] = books;
    const { positions } = riskPortfolioSchema.parse(held?.portfolio);
    expect(held?.openPositions).toBe(1);
    expect(positions).toMatchObject([{ symbol, quantity: '2', price: '50', barVolume: 1_049, barIntervalMs: HOUR_MS }]);
    const day = START_MS / DAY_MS;
    expect(positions[0]?.dailyCloses).toEqual([
      [day, 24],
      [day + 1, 48],
      [day + 2, 50],
    ]);
  });

  it('know nothing of a symbol before anything was matched', async () => {
    await setMatchedUntil(desk.db, [{ accountId: 'held', strategyId: 'manual', symbol, untilMs: 0 }]);
    const [held] = await readPortfolios(desk.db, START_MS);
    expect(riskPortfolioSchema.parse(held?.portfolio).positions).toMatchObject([{ barVolume: null, dailyCloses: [] }]);
  });

  it('show the days that a book has kept itself, and no stored bar beside them', async () => {
    const owner = { accountId: 'held', strategyId: 'manual' };
    await setMatchedUntil(desk.db, [{ ...owner, symbol, untilMs: START_MS + 30 * HOUR_MS }]);
    const day = START_MS / DAY_MS;
    const days = [0, 1, 2].map((n) => ({ day: day + n, close: 70 + n, volume: 500 + n }));
    await addBookDays(desk.db, owner, [{ symbol, days: [{ day, close: 1, volume: 1 }] }]);
    await addBookDays(desk.db, owner, [{ symbol, days }]);
    const [held] = await readPortfolios(desk.db, START_MS);
    // 30 hours after the start the third day has not begun.
    expect(riskPortfolioSchema.parse(held?.portfolio).positions).toMatchObject([
      {
        barVolume: 501,
        dailyCloses: [
          [day, 70],
          [day + 1, 71],
        ],
      },
    ]);
    await forgetBookDays(desk.db, owner);
    const [stored] = await readPortfolios(desk.db, START_MS);
    expect(riskPortfolioSchema.parse(stored?.portfolio).positions[0]?.dailyCloses[0]).toEqual([day, 24]);
  });

  it('count the loss of the day from its start, and no longer than that day, though nothing trades', async () => {
    const fallen = { ...openRiskState(toDecimal(100_000), START_MS), lastEquity: '97000' };
    const account = desk.db.updateTable('accounts').where('account_id', '=', 'held');
    const startAt = async (nowMs: number) => {
      const [held] = await readPortfolios(desk.db, nowMs);
      const { dayLoss } = await readStanding(desk.db, 'held', nowMs);
      return [riskPortfolioSchema.parse(held?.portfolio).dayStartEquity, dayLoss];
    };
    await account.set({ equity: '97000', risk_state: { ...fallen } }).execute();
    expect(await startAt(START_MS + HOUR_MS)).toEqual(['100000', '3000']);
    expect(await startAt(START_MS + DAY_MS)).toEqual(['97000', '0']);
    const otherDays = { replay: { dayKey: 9, dayStartEquity: '99000', tradesToday: 0, recentOrders: [] } };
    await account.set({ risk_state: { ...fallen, otherDays } }).execute();
    expect(await startAt(START_MS + DAY_MS)).toEqual(['97000', '0']);
    const session = aSessionInput({ sessionId: 'replay', accountId: 'held' });
    await inTransaction(desk.db, (trx) => openSession(trx, session));
    expect(await startAt(START_MS + DAY_MS)).toEqual(['99000', '2000']);
  });

  it('leave what does not fit as it is: nothing that looks like an empty book', async () => {
    await desk.db.updateTable('accounts').set({ risk_state: {} }).where('account_id', '=', 'held').execute();
    const [held] = await readPortfolios(desk.db, START_MS);
    expect(riskPortfolioSchema.safeParse(held?.portfolio).success).toBe(false);
  });
});

describe('slots', () => {
  beforeEach(() => desk.db.deleteFrom('officer_cycles').execute());

  const request = (slotMs: number | null, change: Partial<CycleRequest> = {}): CycleRequest => ({
    ...{
      requestId: `${slotMs}`,
      isFirst: false,
      slotMs,
      missed: [],
      trigger: 'clock',
      correlationId: 'c1',
      sinceMs: 0,
    },
    ...change,
  });
  const outcome = (slot: CycleRequest) => ({
    ...{ officer: 'federation' as const, request: slot, intervalMs: 1_000, nowMs: START_MS, tookMs: 1, inputAges: {} },
    ...{ memory: { slot: slot.slotMs }, events: [{ type: 'global_state_update', payload: {} }], reason: 'a test' },
  });
  const slots = async () =>
    (await desk.db.selectFrom('officer_cycles').selectAll().orderBy('slot_ms').execute()).map(
      ({ slot_ms, state }) => `${slot_ms} ${state}`,
    );

  it('are written once: a second attempt changes neither memory nor events', async () => {
    expect(await store.commit(outcome(request(1_000)))).toBe(true);
    const before = [await store.remembered('federation'), await lastSequence(desk.db)];
    expect(await store.commit({ ...outcome(request(1_000)), memory: { other: true } })).toBe(false);
    expect([await store.remembered('federation'), await lastSequence(desk.db)]).toEqual(before);
  });

  it('that went by are missed, also those before an officer that has begun anew', async () => {
    await store.commit(outcome(request(1_000)));
    await store.commit(outcome(request(4_000, { missed: [{ fromMs: 2_000, toMs: 4_000, everyMs: 1_000 }] })));
    await store.commit(outcome(request(7_000, { isFirst: true })));
    await store.missed('federation', request(8_000), 1_000, START_MS);
    expect(await slots()).toEqual([
      ...['1000 done', '2000 missed', '3000 missed', '4000 done', '5000 missed', '6000 missed', '7000 done'],
      '8000 missed',
    ]);
  });

  it('are counted once each by the metrics, also one that ended after a later slot of another officer', async () => {
    const risk = (slotMs: number) => ({ ...outcome(request(slotMs)), officer: 'risk' as const });
    await store.commit(outcome(request(6_000)));
    const first = await readCycles(desk.db, new Map(), 4_000);
    expect(first).toEqual([{ officer: 'federation', slotMs: 6_000, tookMs: 1 }]);
    await store.commit(risk(4_000));
    await store.commit(risk(5_000));
    expect(await readCycles(desk.db, new Map([['federation', 6_000]]), 4_000)).toEqual([
      { officer: 'risk', slotMs: 5_000, tookMs: 1 },
    ]);
  });

  it('of the CEO decide once: the second attempt of one takes everything back', async () => {
    const stale = { ageMs: 0, stale: false };
    const inputs: CeoInputs = {
      risk: { portfolioKnown: true, score: 10, level: 'low', drawdownDailyFraction: 0, ...stale },
      strategy: { winRate: null, closedTrades: 0, ...stale },
      health: { problems: [], ...stale },
      portfolio: { equityUsd: '1', openPositions: 0, grossExposureFraction: 0, ...stale },
    };
    const { memory: _memory, events: _events, reason: _reason, ...slot } = outcome(request(1_000));
    const ceo = { ...slot, officer: 'ceo' as const };
    expect((await store.decide(ceo, inputs))?.clearCount).toBe(1);
    const before = [await store.remembered('ceo'), await lastSequence(desk.db)];
    expect(await store.decide(ceo, inputs)).toBeNull();
    expect([await store.remembered('ceo'), await lastSequence(desk.db)]).toEqual(before);
    expect((await store.lastEvent('ceo_decision'))?.clearCount).toBe(1);
  });
});

describe('a disabled strategy', () => {
  const enabling = { strategyId: 'worn', reason: 'looked at it', setBy: 'a person', atMs: START_MS };

  it('opens again when a person says so and why, and only when it was disabled', async () => {
    const standing = { ...enabling, disabled: true, setBy: 'officer:strategy', reason: 'losses', correlationId: null };
    await writeStandings(desk.db, [standing]);
    await expect(enableStrategy(desk.db, { ...enabling, reason: ' ' })).rejects.toThrow(InvalidInput);
    await enableStrategy(desk.db, enabling);
    expect(await strategyStanding(desk.db, 'worn')).toMatchObject({ disabled: false, setBy: 'a person' });
    expect(await store.lastEvent('strategy_enabled')).toMatchObject({ strategyId: 'worn', was: 'losses' });
    await expect(enableStrategy(desk.db, enabling)).rejects.toThrow('STRATEGY_NOT_DISABLED');
  });
});
