/** How long a position has been held: the bar of its entry counts, wherever in it a venue has filled. */
import { expect, it } from 'vitest';
import { barsSince } from '../../../domain/backtest/decision-moment.ts';
import { barsOf, flat, HOUR_MS, START_MS } from './walk-fixture.ts';

const bars = barsOf(flat(10));
const heldAt = (i: number, openedAtMs: number | null): number => barsSince({ bars }, i, openedAtMs);

it('counts the bar that the paper book filled at its open', () => {
  expect([3, 4, 5].map((i) => heldAt(i, START_MS + 3 * HOUR_MS))).toEqual([1, 2, 3]);
});

it('counts the same where a venue filled seconds later', () => {
  expect([3, 4, 5].map((i) => heldAt(i, START_MS + 3 * HOUR_MS + 5_000))).toEqual([1, 2, 3]);
});

it('counts nothing before the entry, and nothing while nothing is held', () => {
  expect([heldAt(2, START_MS + 3 * HOUR_MS), heldAt(3, null)]).toEqual([0, 0]);
});
