/**
 * Does the best of many strategies beat a benchmark by more than the luck of having tried many? White's reality check
 * (Econometrica, 2000) and Hansen's test for superior predictive ability (JBES, 2005), on differences that are better
 * when larger (return less benchmark's return, or benchmark's loss less loss), by the stationary bootstrap.
 */
import { createRandom } from '../../market/random.ts';
import { defaultBlockLength, drawStationary } from './bootstrap.ts';

export type RealityCheckOptions = {
  readonly seed: number;
  readonly samples: number;
  readonly meanBlock?: number | undefined;
  /** Hansen's form: each difference in units of its own long-run deviation. White's and arch's SPA: false. */
  readonly studentised: boolean;
};

/** p-values: small = the best is more than luck. `upper` is White's; `consistent` is the one to go by. */
export type RealityCheck = {
  readonly best: number;
  /** √n · mean difference of the best (over its deviation where studentised). */
  readonly statistic: number;
  readonly lower: number;
  readonly consistent: number;
  readonly upper: number;
};

/**
 * @param differences one row a period, one column a strategy
 * @throws RangeError for fewer than two periods, no strategy, or ragged rows
 */
export function realityCheck(differences: readonly (readonly number[])[], options: RealityCheckOptions): RealityCheck {
  const columns = columnsOf(differences);
  const count = differences.length;
  const { meanBlock = defaultBlockLength(count) } = options;
  const means = columns.map((column) => meanAt(column));
  const deviations = columns.map((column, k) => longRunDeviation(column, means[k] as number, meanBlock));
  const units = deviations.map((deviation) => (options.studentised ? deviation : 1));
  const scale = (value: number, k: number): number =>
    units[k] === 0 ? 0 : (Math.sqrt(count) * value) / (units[k] as number);
  const observed = means.map(scale);
  const statistic = Math.max(...observed);
  const centres = centresOf(means, deviations, count);
  const exceeded = { lower: 0, consistent: 0, upper: 0 };
  simulate(columns, meanBlock, options, (drawn) => {
    for (const kind of KINDS) {
      const highest = Math.max(...drawn.map((mean, k) => scale(mean - (centres[kind][k] as number), k)));
      if (highest > statistic) exceeded[kind] += 1;
    }
  });
  return {
    best: observed.indexOf(statistic),
    statistic,
    lower: exceeded.lower / options.samples,
    consistent: exceeded.consistent / options.samples,
    upper: exceeded.upper / options.samples,
  };
}

const KINDS = ['lower', 'consistent', 'upper'] as const;

/**
 * What is taken off each redrawn mean. Upper: its mean, as if none were worse than the benchmark. Consistent: the same,
 * but a strategy below -deviation · √(2 ln ln n / n) is surely worse and keeps its shortfall. Lower: so do all below 0.
 */
function centresOf(means: readonly number[], deviations: readonly number[], count: number) {
  const reach = Math.sqrt((2 * Math.log(Math.max(1, Math.log(count)))) / count);
  return {
    lower: means.map((mean) => Math.max(mean, 0)),
    consistent: means.map((mean, k) => (mean >= -(deviations[k] as number) * reach ? mean : 0)),
    upper: means,
  };
}

/**
 * Root of the long-run variance γ₀ + 2 Σ κ(i) γ_i under the stationary bootstrap with p = 1 / meanBlock:
 * κ(i) = (n - i)/n (1 - p)^i + i/n (1 - p)^(n - i) (Politis and Romano, 1994).
 */
function longRunDeviation(column: Float64Array, mean: number, meanBlock: number): number {
  const count = column.length;
  const keep = 1 - 1 / meanBlock;
  let variance = autocovariance(column, mean, 0);
  for (let lag = 1; lag < count; lag += 1) {
    const weight = ((count - lag) / count) * keep ** lag + (lag / count) * keep ** (count - lag);
    if (weight > 1e-12) variance += 2 * weight * autocovariance(column, mean, lag);
  }
  return Math.sqrt(Math.max(0, variance));
}

function autocovariance(column: Float64Array, mean: number, lag: number): number {
  let sum = 0;
  for (let i = lag; i < column.length; i += 1) {
    sum += ((column[i] as number) - mean) * ((column[i - lag] as number) - mean);
  }
  return sum / column.length;
}

function simulate(
  columns: readonly Float64Array[],
  meanBlock: number,
  { seed, samples }: RealityCheckOptions,
  visit: (means: readonly number[]) => void,
): void {
  const random = createRandom(`reality-check:${seed}`);
  const indices = new Int32Array(columns[0]?.length ?? 0);
  for (let sample = 0; sample < samples; sample += 1) {
    drawStationary(indices, meanBlock, random);
    visit(columns.map((column) => meanAt(column, indices)));
  }
}

function meanAt(column: Float64Array, indices?: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i += 1)
    sum += column[indices === undefined ? i : (indices[i] as number)] as number;
  return sum / column.length;
}

function columnsOf(rows: readonly (readonly number[])[]): Float64Array[] {
  const width = rows[0]?.length ?? 0;
  if (rows.length < 2 || width < 1) throw new RangeError(`${rows.length} periods of ${width} strategies: too few`);
  const ragged = rows.findIndex((row) => row.length !== width || !row.every(Number.isFinite));
  if (ragged >= 0) throw new RangeError(`differences[${ragged}]: expected ${width} finite numbers`);
  return Array.from({ length: width }, (_, k) => Float64Array.from(rows, (row) => row[k] as number));
}
