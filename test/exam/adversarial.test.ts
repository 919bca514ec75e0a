/**
 * The exams of wrong inputs and of paper kept apart from live, in small: every row of the table and some unseen inputs
 * of each, on a real desk and through the real adapter. Their controls must be seen to fail.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examineBroker } from '../../exam/experiments/adversarial/broker.ts';
import { violationsOf } from '../../exam/experiments/adversarial/case.ts';
import { examineModels, examineTexts } from '../../exam/experiments/adversarial/models.ts';
import { PARSERS } from '../../exam/experiments/adversarial/workflow-input.ts';
import { experiment as adversarial, examineDesk, examineParsers } from '../../exam/experiments/adversarial.ts';
import { experiment as isolation } from '../../exam/experiments/isolation.ts';
import { type DeskUnderTest, openDeskUnderTest } from '../workflows/desk-under-test.ts';

const SEED = 7;
const SIZE = 20;

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

it('gives each wrong input of a workflow exactly its code in the parsers', async () => {
  const outcomes = await examineParsers(PARSERS, SEED, SIZE);
  expect(outcomes.length).toBeGreaterThan(250);
  expect(violationsOf(outcomes)).toEqual([]);
});

it('gives each of them exactly its code on a desk, and outlives messages that come late, twice or unnamed', async () => {
  const outcomes = await examineDesk(desk, SEED, SIZE);
  expect(violationsOf(outcomes)).toEqual([]);
});

it('takes each wrong answer of a broker for what it proves, and no more', async () => {
  const outcomes = await examineBroker(SEED, SIZE);
  expect(outcomes.length).toBeGreaterThan(1_500);
  expect(violationsOf(outcomes)).toEqual([]);
});

it('gives each text of news and each answer of a model exactly its code, alone and through the gateway', async () => {
  const texts = await examineTexts(SEED, SIZE);
  expect(texts.length).toBeGreaterThan(450);
  expect(violationsOf(texts)).toEqual([]);
  const models = await examineModels(desk, SEED, SIZE);
  expect(violationsOf(models)).toEqual([]);
  const rows = new Set([...texts, ...models].map(({ row }) => Number(row)));
  expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, index) => 25 + index));
});

it('keeps paper away from the live port, whatever the settings', async () => {
  const { violations, voidBecause } = await isolation.run({ seed: SEED, control: null, size: 600 });
  expect({ violations, voidBecause }).toEqual({ violations: [], voidBecause: [] });
});

it.each([
  [adversarial, 'lenient'],
  [isolation, 'mixed-hosts'],
])('fails when the safeguard is taken away: %#', async ({ controls, run }, control) => {
  const { violations } = await run({ seed: SEED, control, size: 200 });
  expect(violations.map(({ kind }) => kind)).toContain(controls[control]);
});
