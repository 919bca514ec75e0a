import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocationInForce, createAllocationStore } from '../../db/allocation-store.ts';
import { readEvents } from '../../db/events.ts';
import { governanceOf } from '../../db/load-governance.ts';
import { allocationPlanSchema } from '../../schemas/allocation.ts';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { verifyTrials } from '../../scripts/lib/verify/verify-trials.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

let desk: DeskUnderTest;
let research: ResearchInProcess;

const HALF = 2_000;
const SYMBOL = 'SWING/USDT';
const INPUT = { symbol: SYMBOL, barIntervalMs: HOUR_MS, strategyType: 'momentum', trials: 40, seed: 5 };

/** Rising halves in which a move goes on, falling ones in which it turns back. */
function momentumPaysWhenRising(i: number, closes: readonly number[]): number {
  const rises = Math.floor(i / HALF) % 2 === 0;
  const [now, before] = [closes[i - 1] ?? 100, closes[i - 21] ?? 100];
  const move = Math.log(now / before) / 20;
  return (rises ? 0.0008 : -0.0008) + (rises ? 0.5 : -0.5) * move;
}

beforeAll(async () => {
  desk = await openDeskUnderTest();
  research = await openResearchInProcess(desk, `research-${randomUUID()}`);
  await storeBars(desk.db, SYMBOL, walkBars('swing', 8_000, 0.004, momentumPaysWhenRising));
});
afterAll(async () => {
  await research?.close();
  await desk?.close();
});

const search = async (name: string, change: object) =>
  (await research.startSearch(freshId(name), { ...INPUT, ...change })).result();

describe('an allocation review', () => {
  it('plans capital with a reason each; sizes in real time follow it, those of backtests do not', async () => {
    const owner = new pg.Client({ connectionString: desk.database.url });
    await owner.connect();
    const trade = (id: string, strategy: string, pnl: number) =>
      owner.query(
        `insert into trades (trade_id, account_id, strategy_id, symbol, side, quantity, entry_price, exit_price,
            opened_at, closed_at, pnl_net, fees, exit_reason)
          values ($1, $2, $3, 'A/USDT', 'long', 1, 100, $4, now(), now(), $5, 0, 'signal')`,
        [id, accountId, strategy, 100 + pnl, pnl],
      );
    const accountId = await openAccount(desk, freshId('allocated'));
    for (const [i, pnl] of [0.02, -0.01, 0.02].entries()) {
      await trade(`alpha-${i}`, 'alpha', pnl);
      await trade(`beta-${i}`, 'beta', -pnl);
    }
    await owner.end();
    const start = (workflowId: string, args: unknown[]) =>
      desk.client.workflow.start('allocationReview', { taskQueue: research.researchQueue, workflowId, args });
    const review = await start(freshId('allocation-review'), []);
    const stored = allocationPlanSchema.parse((await review.result()).plan);
    expect(stored.strategies.map(({ strategyId, weight }) => [strategyId, weight])).toEqual([
      ['alpha', 0.4],
      ['beta', 0.4],
    ]);
    expect(stored.cashFraction).toBeCloseTo(0.2, 12);
    expect(stored.strategies[0]?.reason).toContain('of 3 trades');
    expect(await review.query('plan')).toMatchObject({ plan: { cashFraction: stored.cashFraction } });

    const weightOf = async (tradingMode: 'paper' | 'backtest', strategyId: string) =>
      (await governanceOf(desk.db, { tradingMode }, strategyId)).allocationWeight;
    expect(await weightOf('paper', 'alpha')).toBe(0.4);
    expect(await weightOf('paper', 'stranger')).toBe(1);
    expect(await weightOf('backtest', 'alpha')).toBe(1);

    const allocationId = (await allocationInForce(desk.db))?.allocationId ?? '';
    const again = await createAllocationStore(desk.db).save({
      allocationId,
      atMs: 0,
      plan: { ...stored, cashFraction: 1 },
    });
    expect(again.plan.cashFraction).toBe(stored.cashFraction);
    const events = (await readEvents(desk.db, 0, 1_000)).filter(({ type }) => type === 'allocation_reviewed');
    expect(events.map(({ payload }) => payload.weights)).toEqual([{ alpha: 0.4, beta: 0.4 }]);

    const wrong = await start(freshId('allocation-review'), [{ weights: {} }]);
    expect((await problemsOf(wrong)).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'INPUT_UNKNOWN_FIELD weights',
    ]);
  }, 60_000);
});

describe('a parameter search', () => {
  it('finds other parameters for the bull regime than for the bear regime, every trial kept', async () => {
    const bull = await search('bull', { regime: 'bull' });
    const bear = await search('bear', { regime: 'bear', direction: 'longShort' });
    expect(bull.best?.regimeTradeCount).toBeGreaterThanOrEqual(30);
    expect(bull.shrunkTo).toBeNull();
    expect(bull.best?.parameters).not.toEqual(bear.best?.parameters);
    const rows = await desk.db.selectFrom('trials').selectAll().where('run_id', '=', bull.runId).execute();
    expect(rows).toHaveLength(40);
    const kept = await desk.db
      .selectFrom('optimization_results')
      .selectAll()
      .where('run_id', '=', bull.runId)
      .execute();
    expect(kept[0]).toMatchObject({ regime: 'bull', trials: 40, deflated_sharpe: bull.best?.deflatedSharpe });
    expect(Object.values(bull.importance).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  }, 120_000);

  it('gives the same answer for the same seed, on other threads', async () => {
    const first = await search('again-one', { threads: 1 });
    const second = await search('again-two', { threads: 2 });
    expect(second.resultHash).toBe(first.resultHash);
  }, 120_000);

  it('answers a regime with few trades with the best over all trades, and says so', async () => {
    await storeBars(
      desk.db,
      'UP/USDT',
      walkBars('up', 3_000, 0.003, () => 0.0012),
    );
    const thin = await search('thin', { symbol: 'UP/USDT', regime: 'bear', trials: 24 });
    expect(thin.shrunkTo).toBe('global');
    expect(thin.best?.regimeTradeCount).toBeLessThan(30);
  }, 120_000);

  it('has stored deflated Sharpe ratios that its trials bear out', async () => {
    const answer = await verifyTrials(desk.db);
    expect(answer.problems).toEqual([]);
    expect(answer.results).toBeGreaterThanOrEqual(3);
    await desk.db.updateTable('optimization_results').set({ deflated_sharpe: 0.5 }).execute();
    expect((await verifyTrials(desk.db)).ok).toBe(false);
  });

  it('refuses a strategy of two legs and an unknown regime', async () => {
    const wrong = await research.startSearch(freshId('wrong'), {
      ...INPUT,
      strategyType: 'pairsTrading',
      regime: 'up',
    });
    expect((await problemsOf(wrong)).map(({ path }) => path).sort()).toEqual(['regime', 'strategyType']);
  });
});
