/** The exam's own markets: what is planted is found, what does not pay is left, and threads change nothing. */
import { describe, expect, it } from 'vitest';
import { type MarketOrder, runMarket } from '../../exam/experiments/null-edge/market-run.ts';
import { runMarkets } from '../../exam/experiments/null-edge/market-threads.ts';
import { plantedEdge } from '../../exam/experiments/null-edge/markets.ts';

/** One of the seeds whose edge is found; in how many it is, the exam counts. */
const FOUND = 3;
const ORDERS: readonly MarketOrder[] = [
  { kind: 'planted', seed: FOUND },
  { kind: 'weak', seed: 0 },
  { kind: 'shuffled', seed: 0 },
];

describe('the markets of the exam', () => {
  it('have their edge found and promoted, and nothing where it does not pay or is shuffled away', async () => {
    const real = plantedEdge(1, 5_000, 0);
    const done: number[] = [];
    const answers = await runMarkets(ORDERS, real, (count) => done.push(count));
    expect(done).toEqual([1, 2, 3]);
    expect(answers.map(({ kind, promoted }) => [kind, promoted])).toEqual([
      ['planted', true],
      ['weak', false],
      ['shuffled', false],
    ]);
    expect(answers[0]).toMatchObject({ hasRsi: true, seed: FOUND });
    expect(answers[2]).toEqual(runMarket(ORDERS[2] as MarketOrder, real));
  }, 120_000);
});
