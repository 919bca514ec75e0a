/** What becomes of a trial that was evaluated, that failed, and that nobody has looked at. */
import { expect, it } from 'vitest';
import { answerAt, evolutionTrialRow } from '../../activities/research/trial-tasks.ts';

const ANSWERS = [
  { row: Float64Array.of(1.5, 0.1, 0.7, 12), error: null },
  { row: null, error: 'no such gene' },
];

it('keeps figures and failures of candidates', () => {
  expect(evolutionTrialRow(7, 'g7', answerAt(ANSWERS, 0))).toMatchObject({ trial: 7, fitness: 1.5, error: null });
  expect(evolutionTrialRow(8, 'g8', answerAt(ANSWERS, 1))).toMatchObject({ fitness: null, error: 'no such gene' });
});

it('makes no failed trial of a candidate without an answer, but fails the attempt', () => {
  expect(() => answerAt(ANSWERS, 2)).toThrow('candidate 2 has no answer, 2 have one');
});
