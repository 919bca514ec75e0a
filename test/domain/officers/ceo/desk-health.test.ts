/** What of the desk itself is told as wrong. */
import { expect, it } from 'vitest';
import { healthProblems } from '../../../../domain/officers/ceo/desk-health.ts';
import type { DeskHealth } from '../../../../schemas/officers/desk-health.ts';

const quiet: DeskHealth = {
  ...{ postgresMs: 3, unknownOrders: 0, openBreakers: [], frozenAccounts: [], staleFeeds: [], exhaustedBudgets: [] },
  queues: ['trading', 'llm', 'research', 'compute'].map((queue) => ({
    ...{ queue, workers: 1, backlog: 0, backlogAgeMs: 0 },
  })),
};
const withQueue = (queue: string, change: Partial<DeskHealth['queues'][number]>): DeskHealth => ({
  ...quiet,
  queues: quiet.queues.map((one) => (one.queue === queue ? { ...one, ...change } : one)),
});

it('has nothing to say of a desk that is well', () => {
  expect(healthProblems(quiet, true)).toEqual([]);
});

it('names a queue that nobody serves, once the workers of a start have had their time', () => {
  const alone = withQueue('research', { workers: 0 });
  expect(healthProblems(alone, true)).toEqual(['queue research: no worker asks for work']);
  expect(healthProblems(alone, false)).toEqual([]);
});

it('names what waits where somebody waits for it, and lets research queue', () => {
  const late = { backlog: 7, backlogAgeMs: 31_000 };
  expect(healthProblems(withQueue('trading', late), true)).toEqual([
    'queue trading: 7 tasks wait, the oldest for 31 s',
  ]);
  expect(healthProblems(withQueue('trading', { ...late, backlogAgeMs: 30_000 }), true)).toEqual([]);
  expect(healthProblems(withQueue('compute', { ...late, backlogAgeMs: 9e6 }), true)).toEqual([]);
});

it('names all else that is wrong, each in one sentence', () => {
  const broken = {
    ...quiet,
    postgresMs: 1_200.4,
    unknownOrders: 2,
    frozenAccounts: ['a', 'b'],
    staleFeeds: ['BTC/USDT'],
  };
  expect(healthProblems({ ...broken, openBreakers: ['x'], exhaustedBudgets: ['day desk'] }, true)).toEqual([
    ...['Postgres answers after 1200 ms', '2 orders are UNKNOWN', 'frozen accounts: a, b'],
    ...['models that do not answer: x', 'feeds that are silent: BTC/USDT', 'budgets that are spent: day desk'],
  ]);
});
