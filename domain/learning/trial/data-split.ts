/**
 * How the bars of a run are cut: training folds, a selection stretch set apart, and a sealed end that no trial sees.
 * Between two parts `purge` bars are left out, so that what is still held or still being averaged
 * at the end of one does not count in the next.
 */
import type { DataSplit } from '../../../schemas/research.ts';
import { type BarRange, foldRanges, walkForward } from '../validation/splits.ts';

const FOLDS = 5;
const TRAINING_SHARE = 0.45;
/**
 * Of training and selection. The rest is sealed, and much, because the verdict is spoken on it alone:
 * to be told from the best of 10,000 lucky trials a Sharpe ratio needs more than five standard
 * errors, which shrink with the root of the bars.
 */
const SEEN_SHARE = 0.6;
/** A position's usual life and the memory of most indicators; shorter where there are few bars. */
const PURGE_BARS = 200;
const PURGE_SHARE = 0.01;

/** Bars below which the parts are too short to tell anything. */
export const BARS_MIN = 500;

const purgeOf = (count: number): number => Math.min(PURGE_BARS, Math.floor(count * PURGE_SHARE));

const after = ({ from, to }: BarRange, purge: number): BarRange => ({ from: from + purge, to });

/** Five training folds over the first 45 %, selection over the next 15 %, the last 40 % sealed. */
export function evolutionSplit(count: number): DataSplit {
  const purge = purgeOf(count);
  const sealedFrom = Math.floor(count * SEEN_SHARE);
  const selectionFrom = Math.floor(count * TRAINING_SHARE);
  return {
    folds: foldRanges(selectionFrom, FOLDS).map((fold) => after(fold, purge)),
    selection: after({ from: selectionFrom, to: sealedFrom }, purge),
    sealed: after({ from: sealedFrom, to: count }, purge),
    seen: sealedFrom,
  };
}

/**
 * Walk-forward: the first of six parts is only history for what looks back, the other five are tests that follow each
 * other. Parameters are not fitted inside a fold, so a trial's score is its score on all of the tests.
 */
export const searchSplit = (count: number): DataSplit => ({
  folds: walkForward({ count, folds: FOLDS, purge: purgeOf(count), training: 'anchored' }).flatMap(({ test }) => test),
  selection: null,
  sealed: null,
  seen: count,
});

const AGENT_TRAINING_SHARE = 0.5;
const AGENT_SEEN_SHARE = 0.65;

/** An agent learns from the first half, is compared on the next 15 %, and judged on the last 35 %. */
export function agentSplit(count: number): DataSplit {
  const purge = purgeOf(count);
  const sealedFrom = Math.floor(count * AGENT_SEEN_SHARE);
  const selectionFrom = Math.floor(count * AGENT_TRAINING_SHARE);
  return {
    folds: [{ from: 0, to: selectionFrom }],
    selection: after({ from: selectionFrom, to: sealedFrom }, purge),
    sealed: after({ from: sealedFrom, to: count }, purge),
    seen: sealedFrom,
  };
}
