/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation: how often the best in one half of
 * the history is below the median in the other half. Source: D. Bailey, J. Borwein, M. López de Prado and Q. Zhu, The
 * Probability of Backtest Overfitting (2015). Without any skill it is about 0.5, not 0. Returns are fractions.
 */
import { combinationCount, combinations } from '../combinations.ts';

/** Of one split: who was best in sample (index), and how it did outside; rank 1 is the worst, ties share a rank. */
export type OverfittingSplit = {
  readonly best: number;
  readonly inSampleSharpe: number;
  readonly outOfSampleSharpe: number;
  readonly outOfSampleRank: number;
  /** ln(w / (1 - w)), w = rank / (strategies + 1). */
  readonly logit: number;
};

export type Overfitting = {
  readonly probability: number;
  /** Share of splits in which the best in sample lost money outside. */
  readonly lossProbability: number;
  /** Line through (in-sample, out-of-sample) Sharpe of the best; null where all in-sample values are equal. */
  readonly degradationSlope: number | null;
  readonly degradationIntercept: number | null;
  readonly splits: readonly OverfittingSplit[];
};

const SPLITS_MAX = 200_000;

/**
 * @param returns one row a period, one column a strategy
 * @param blocks an even number: the periods are cut into so many blocks whose lengths differ by at most one
 * @throws RangeError for fewer than two strategies, ragged rows, an odd number of blocks or blocks below two periods
 */
export function probabilityOfOverfitting(returns: readonly (readonly number[])[], blocks = 16): Overfitting {
  refuse(returns, blocks);
  const sums = blockSums(returns, blocks);
  const splits = combinations(blocks, blocks / 2).map((chosen) => judgeSplit(sums, chosen));
  const shareOf = (holds: (one: OverfittingSplit) => boolean): number => splits.filter(holds).length / splits.length;
  return {
    probability: shareOf((one) => one.logit <= 0),
    lossProbability: shareOf((one) => one.outOfSampleSharpe < 0),
    ...degradation(splits),
    splits,
  };
}

function refuse(returns: readonly (readonly number[])[], blocks: number): void {
  const strategies = returns[0]?.length ?? 0;
  if (strategies < 2) throw new RangeError(`strategies: got ${strategies}, expected at least 2`);
  const ragged = returns.findIndex((row) => row.length !== strategies || !row.every(Number.isFinite));
  if (ragged >= 0) throw new RangeError(`returns[${ragged}]: expected ${strategies} finite numbers`);
  const fits = Number.isInteger(blocks) && blocks >= 2 && blocks % 2 === 0 && returns.length >= 2 * blocks;
  if (!fits) throw new RangeError(`blocks: got ${blocks}, expected even, at least 2, of at least 2 periods each`);
  const count = combinationCount(blocks, blocks / 2);
  if (count > SPLITS_MAX) throw new RangeError(`blocks: ${blocks} make ${count} splits, at most ${SPLITS_MAX}`);
}

/** Of each block: periods, and per strategy the sum of x and of x² (x = return less the strategy's mean). */
type BlockSums = {
  readonly means: Float64Array;
  readonly blocks: readonly { readonly count: number; readonly sum: Float64Array; readonly square: Float64Array }[];
};

function blockSums(returns: readonly (readonly number[])[], blockCount: number): BlockSums {
  const strategies = returns[0]?.length ?? 0;
  // Distances from the mean, so that squares of small differences do not drown in squares of large levels.
  const means = Float64Array.from({ length: strategies }, (_, k) => mean(returns.map((row) => row[k] as number)));
  const blocks = Array.from({ length: blockCount }, (_, block) => {
    const from = Math.floor((block * returns.length) / blockCount);
    const rows = returns.slice(from, Math.floor(((block + 1) * returns.length) / blockCount));
    const total = (power: 1 | 2) =>
      means.map((centre, k) => rows.reduce((sum, row) => sum + ((row[k] as number) - centre) ** power, 0));
    return { count: rows.length, sum: total(1), square: total(2) };
  });
  return { means, blocks };
}

function judgeSplit({ means, blocks }: BlockSums, chosen: readonly number[]): OverfittingSplit {
  const inside = new Set(chosen);
  const sharpes = (side: boolean) =>
    sharpesOver(
      means,
      blocks.filter((_block, index) => inside.has(index) === side),
    );
  const [inSample, outOfSample] = [sharpes(true), sharpes(false)];
  const best = inSample.indexOf(inSample.reduce((a, b) => Math.max(a, b)));
  const own = outOfSample[best] as number;
  const below = outOfSample.reduce((count, value) => count + (value < own ? 1 : 0), 0);
  const equal = outOfSample.reduce((count, value) => count + (value === own ? 1 : 0), 0);
  const outOfSampleRank = below + (equal + 1) / 2;
  const relative = outOfSampleRank / (means.length + 1);
  return {
    best,
    inSampleSharpe: inSample[best] as number,
    outOfSampleSharpe: own,
    outOfSampleRank,
    logit: Math.log(relative / (1 - relative)),
  };
}

/** mean / sd(n - 1) of each strategy over some blocks; 0 where nothing is spread. */
function sharpesOver(means: Float64Array, blocks: BlockSums['blocks']): Float64Array {
  const count = blocks.reduce((sum, block) => sum + block.count, 0);
  return means.map((centre, k) => {
    let [sum, square] = [0, 0];
    for (const block of blocks) {
      sum += block.sum[k] as number;
      square += block.square[k] as number;
    }
    const distance = sum / count;
    const variance = (square - sum * distance) / (count - 1);
    return variance <= 1e-30 * (1 + centre * centre) ? 0 : (centre + distance) / Math.sqrt(variance);
  });
}

function degradation(splits: readonly OverfittingSplit[]) {
  const x = mean(splits.map((one) => one.inSampleSharpe));
  const y = mean(splits.map((one) => one.outOfSampleSharpe));
  const xx = splits.reduce((sum, one) => sum + (one.inSampleSharpe - x) ** 2, 0);
  const xy = splits.reduce((sum, one) => sum + (one.inSampleSharpe - x) * (one.outOfSampleSharpe - y), 0);
  if (xx === 0) return { degradationSlope: null, degradationIntercept: null };
  return { degradationSlope: xy / xx, degradationIntercept: y - (xy / xx) * x };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
