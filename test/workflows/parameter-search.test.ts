import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { verifyTrials } from '../../scripts/lib/verify/verify-trials.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
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
