/**
 * Which share of the capital to expose, by Kelly (quant page 6): f* = p/a − q/b for a win of b and a loss of a per unit
 * exposed, f* = (μ − r)/σ² for continuous returns. The edge is uncertain: what is traded is at most half of f* at the
 * lower bound of the edge, and nothing where that is 0 or less. f* above 1 means leverage.
 */

/** One-sided 95 %. */
const Z = 1.6448536269514722;
/** Half of Kelly keeps three quarters of the growth. */
export const KELLY_SHARE_MAX = 0.5;

export type BinaryEdge = {
  readonly winProbability: number;
  /** Gained or lost for each unit exposed, positive. */
  readonly win: number;
  readonly loss: number;
  /** Closed trades that the probability was measured on; absent: it is known. */
  readonly trades?: number | undefined;
};

export type ContinuousEdge = {
  /** Per period, all three for the same one. */
  readonly mean: number;
  readonly standardDeviation: number;
  readonly riskFreeRate: number;
  /** Periods that mean and deviation were measured on; absent: they are known. */
  readonly observations?: number | undefined;
};

/** f* = p/a − q/b; below 0 for a bet not to take. @throws RangeError for a win or loss that is not positive */
export function binaryKelly({ winProbability, win, loss }: BinaryEdge): number {
  if (!(win > 0) || !(loss > 0)) throw new RangeError(`win and loss must be positive, got ${win} and ${loss}`);
  return winProbability / loss - (1 - winProbability) / win;
}

/** g(f) = p ln(1 + b f) + q ln(1 − a f) per bet; −Infinity where the stake can be lost whole. */
export const binaryGrowth = ({ winProbability, win, loss }: BinaryEdge, fraction: number): number =>
  growthPart(winProbability, win * fraction) + growthPart(1 - winProbability, -loss * fraction);

/** What never happens adds nothing, even where it would take everything. */
const growthPart = (probability: number, change: number): number =>
  probability === 0 ? 0 : probability * Math.log1p(Math.max(-1, change));

/** f* of the lower bound of the win probability. */
export const binaryKellyLower = (edge: BinaryEdge): number =>
  binaryKelly({ ...edge, winProbability: winProbabilityLower(edge) });

/** Wilson's lower bound, one-sided 95 %. */
export function winProbabilityLower({ winProbability: p, trades: n }: BinaryEdge): number {
  if (n === undefined) return p;
  if (!(n > 0)) return 0;
  const spread = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n));
  return Math.max(0, (p + (Z * Z) / (2 * n) - spread) / (1 + (Z * Z) / n));
}

/** f* = (μ − r)/σ². @throws RangeError for a deviation that is not positive */
export function continuousKelly({ mean, standardDeviation, riskFreeRate }: ContinuousEdge): number {
  if (!(standardDeviation > 0)) throw new RangeError(`standardDeviation must be positive, got ${standardDeviation}`);
  return (mean - riskFreeRate) / standardDeviation ** 2;
}

/** Growth a period of the share f: r + f (μ − r) − f² σ² / 2. */
export const continuousGrowth = (edge: ContinuousEdge, fraction: number): number =>
  edge.riskFreeRate + fraction * (edge.mean - edge.riskFreeRate) - (fraction * edge.standardDeviation) ** 2 / 2;

/** f* of the mean less its one-sided 95 % error, z σ / √n. */
export function continuousKellyLower(edge: ContinuousEdge): number {
  const { mean, observations: n, standardDeviation } = edge;
  if (n === undefined) return continuousKelly(edge);
  const error = n > 0 ? (Z * standardDeviation) / Math.sqrt(n) : Number.POSITIVE_INFINITY;
  return continuousKelly({ ...edge, mean: mean - error });
}

/** What is traded of it: at most half, and never less than nothing. */
export const tradedKelly = (kelly: number, share = KELLY_SHARE_MAX): number =>
  kelly > 0 ? Math.min(share, KELLY_SHARE_MAX) * kelly : 0;

/** Share of the excess growth that c of full Kelly keeps: 2c − c². */
export const growthShare = (share: number): number => 2 * share - share * share;
