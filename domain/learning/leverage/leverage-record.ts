/**
 * What was measured of leverage: closed trades of a strategy by leverage and regime. It may lower the cap
 * in a regime, and it is the edge that Kelly is asked with. Returns are fractions of the notional: what
 * the price did, costs in, whatever the leverage.
 */
import type { BinaryEdge } from './kelly.ts';
import type { MeasuredLeverage } from './leverage-question.ts';

/** Closed trades at one leverage that were opened in one regime (null: it was not known). Sums are 0 or more. */
export type LeverageCount = {
  readonly leverage: number;
  readonly regime: string | null;
  readonly trades: number;
  readonly wins: number;
  readonly winSum: number;
  readonly lossSum: number;
};
export type LeverageRecord = readonly LeverageCount[];

/** So many imagined trades at the return of all regimes stand beside the real ones, there so many at 0; chosen. */
export const LEVERAGE_SHRINKAGE = 10;
/** Fewer closed trades are no edge; chosen as for the cap. */
export const EDGE_TRADES_MIN = 20;
/** A side of the bet that has never been seen costs or brings at least this. */
const RETURN_MIN = 1e-6;

const returnOf = ({ winSum, lossSum }: LeverageCount): number => winSum - lossSum;
const sumOf = (record: LeverageRecord, figure: (one: LeverageCount) => number): number =>
  record.reduce((sum, one) => sum + figure(one), 0);

/**
 * How each leverage went in a regime, lowest first: trades there, and their average return shrunk towards that of the
 * same leverage in all regimes: (sum + m × wider) / (trades + m), wider = sum of all / (trades of all + m), m = 10.
 */
export function measuredIn(record: LeverageRecord, regime: string | null): MeasuredLeverage[] {
  const rungs = [...new Set(record.map(({ leverage }) => leverage))].sort((a, b) => a - b);
  return rungs.flatMap((leverage) => {
    const all = record.filter((one) => one.leverage === leverage);
    const here = all.filter((one) => one.regime === regime);
    const trades = sumOf(here, (one) => one.trades);
    if (trades === 0) return [];
    const wider = sumOf(all, returnOf) / (sumOf(all, (one) => one.trades) + LEVERAGE_SHRINKAGE);
    const averageReturn = (sumOf(here, returnOf) + LEVERAGE_SHRINKAGE * wider) / (trades + LEVERAGE_SHRINKAGE);
    return [{ leverage, trades, averageReturn }];
  });
}

/**
 * The bet that the strategy's own trades make, over all regimes and leverages; null for fewer than 20.
 * @param unseen what a win and a loss are put at where there was none
 */
export function edgeOf(record: LeverageRecord, unseen: Pick<BinaryEdge, 'win' | 'loss'>): BinaryEdge | null {
  const trades = sumOf(record, (one) => one.trades);
  if (trades < EDGE_TRADES_MIN) return null;
  const wins = sumOf(record, (one) => one.wins);
  const losses = trades - wins;
  return {
    winProbability: wins / trades,
    win: wins === 0 ? unseen.win : Math.max(RETURN_MIN, sumOf(record, (one) => one.winSum) / wins),
    loss: losses === 0 ? unseen.loss : Math.max(RETURN_MIN, sumOf(record, (one) => one.lossSum) / losses),
    trades,
  };
}
