/** Whoever wakes an officer that is at work stands in line; a flood of the same stands there once. */
import { expect, it } from 'vitest';
import { type Asked, CORRELATIONS_MAX, standInLine } from '../../../domain/officers/stand-in-line.ts';
import type { CycleAnswer, CycleTrigger } from '../../../schemas/officers/cycle.ts';

const answer: CycleAnswer = { state: {}, enabled: true, intervalMs: 1, tell: null };

/** A line whose officer works until it is told that it has done. */
function lineOf(joins: (trigger: CycleTrigger) => boolean = () => true) {
  const served: Asked[] = [];
  const done: (() => void)[] = [];
  const line = standInLine((asked) => {
    served.push(asked);
    return new Promise((resolve) => done.push(() => resolve(answer)));
  }, joins);
  const alert = (correlationId: string) => line.wake({ trigger: 'alert', correlationId });
  const finish = async () => {
    await Promise.resolve();
    done.shift()?.();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { served, line, alert, finish };
}

it('serves a flood of alerts in one evaluation after the one at work, and names each of them', async () => {
  const { served, alert, finish } = lineOf();
  const first = alert('a-0');
  await Promise.resolve();
  const flood = Array.from({ length: 50 }, (_, i) => alert(`a-${i + 1}`));
  await finish();
  await finish();
  expect(served.map(({ correlationIds }) => correlationIds.length)).toEqual([1, 50]);
  expect(served[1]?.correlationIds[0]).toBe('a-1');
  expect(new Set(served.flatMap((one) => one.correlationIds)).size).toBe(51);
  expect(await Promise.all([first, ...flood])).toEqual(Array.from({ length: 51 }, () => answer));
});

it('names an alert that comes twice once, and no more than the first of very many', async () => {
  const { served, alert, finish } = lineOf();
  void alert('again');
  void alert('again');
  for (let i = 0; i <= CORRELATIONS_MAX; i += 1) void alert(`b-${i}`);
  await finish();
  const [{ correlationIds } = { correlationIds: [] }] = served;
  expect(correlationIds).toHaveLength(CORRELATIONS_MAX);
  expect([correlationIds[0], correlationIds.at(-1)]).toEqual(['again', `b-${CORRELATIONS_MAX - 2}`]);
});

it('gives everyone an evaluation of their own where they do not join, and one at a time', async () => {
  const { served, line, finish } = lineOf((trigger) => trigger !== 'person');
  void line.wake({ trigger: 'person', correlationId: 'p-1' });
  void line.wake({ trigger: 'person', correlationId: 'p-2' });
  void line.slot(1, 'c-1');
  await Promise.resolve();
  expect(served).toHaveLength(1);
  for (let i = 0; i < 3; i += 1) await finish();
  expect(served.map(({ correlationIds }) => correlationIds)).toEqual([['p-1'], ['p-2'], ['c-1']]);
});
