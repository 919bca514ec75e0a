/**
 * What the engine is measured on: seeded bars and four populations of chromosomes. random: as they are drawn; active:
 * of those the ones with at least 30 trades and 5 to 80 % of bars in the market; always: turns with an average, never
 * flat for long; rare: deep falls only, a few percent of bars.
 */
import { type EngineMarket, engineMarket } from '../../domain/engine/market.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../domain/engine/plan.ts';
import type { Searcher } from '../../domain/engine/search/searcher.ts';
import { chromosomeHeredity } from '../../domain/learning/genome/chromosome-heredity.ts';
import { createRandom } from '../../domain/market/random.ts';
import { syntheticSeries } from '../../domain/market/synthetic.ts';
import type { Chromosome, CompareGene } from '../../schemas/chromosome.ts';

export const POPULATIONS = ['random', 'active', 'always', 'rare'] as const;
export type PopulationName = (typeof POPULATIONS)[number];

/** The desk's costs, both sides. */
export const BENCH_PLAN: EnginePlan = {
  ...PLAIN_PLAN,
  direction: 'longShort',
  commission: { kind: 'bps', bps: 5 },
  halfSpreadBps: 1,
  slippage: { kind: 'bps', bps: 2 },
};

export const benchMarket = (barCount: number): EngineMarket =>
  engineMarket(syntheticSeries({ symbol: 'BTC/USDT', intervalMs: 3_600_000, count: barCount, seed: 1 }));

const HEREDITY = chromosomeHeredity('longShort');
const TRADES_MIN = 30;
const DRAWS_MAX = 20_000;

export function population(name: PopulationName, size: number, searcher: Searcher, barCount: number): Chromosome[] {
  const random = createRandom(`bench:${name}`);
  if (name === 'random') return Array.from({ length: size }, () => HEREDITY.create(random));
  if (name !== 'active') return Array.from({ length: size }, (_, place) => fixed(name, place));
  const chosen: Chromosome[] = [];
  for (let draw = 0; draw < DRAWS_MAX && chosen.length < size; draw += 1) {
    const chromosome = HEREDITY.create(random);
    const { trades, barsInMarket } = searcher.evaluate(chromosome);
    const share = barsInMarket / barCount;
    if (trades >= TRADES_MIN && share >= 0.05 && share <= 0.8) chosen.push(chromosome);
  }
  return chosen;
}

const gene = (part: Partial<CompareGene> & Pick<CompareGene, 'indicator' | 'periods' | 'threshold'>): CompareGene => ({
  kind: 'compare',
  comparator: 'above',
  lookback: 1,
  ...part,
});

/** Stops and targets differ a little, so that no run repeats the one before. */
function fixed(name: 'always' | 'rare', place: number): Chromosome {
  const stopAtr = 2 + (place % 8) * 0.25;
  const above = gene({ indicator: 'closeToEma', periods: [20], threshold: 0 });
  const fallen = gene({ indicator: 'rsi', periods: [14], threshold: 25, comparator: 'crossesBelow' });
  const back = gene({ indicator: 'rsi', periods: [14], threshold: 45 });
  const risk = { positionFraction: 0.1, stopAtr, targetAtr: stopAtr * 1.5, maxHoldBars: null };
  return name === 'always'
    ? { entryLong: [above], entryShort: [{ ...above, comparator: 'below' }], exit: [], filter: [], risk }
    : { entryLong: [fallen], entryShort: [], exit: [back], filter: [], risk };
}
