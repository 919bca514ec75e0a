/**
 * Brings any chromosome into what may be traded and searched: numbers on their grids, at most 10 % of equity, lists
 * of allowed size, no gene twice, no entry on a side that the direction rules out. What is in order already stays
 * as it is, so repairing twice changes nothing.
 */
import type { Chromosome, ChromosomeRisk, CompareGene, ExitGene } from '../../../schemas/chromosome.ts';
import { BARS_HELD, GENE_RANGES, LIST_SIZES, LOOKBACKS, RISK_GRIDS, snap } from './gene-ranges.ts';
import { canonicalChromosome } from './identity.ts';

/** Sides that may be entered, as in a session's input. */
export type Direction = 'longOnly' | 'shortOnly' | 'longShort';

/** Without any entry gene it stays without: it never trades, and its fitness says so. */
export function repair(chromosome: Chromosome, direction: Direction): Chromosome {
  const { entryLong, entryShort, exit, filter, risk } = chromosome;
  const fixed = canonicalChromosome({
    entryLong: direction === 'shortOnly' ? [] : entryLong.map(repairGene),
    entryShort: direction === 'longOnly' ? [] : entryShort.map(repairGene),
    exit: exit.map(repairGene),
    filter: filter.map(repairGene),
    risk: repairRisk(risk),
  });
  return {
    ...fixed,
    entryLong: fixed.entryLong.slice(0, LIST_SIZES.entryLong.most),
    entryShort: fixed.entryShort.slice(0, LIST_SIZES.entryShort.most),
    exit: fixed.exit.slice(0, LIST_SIZES.exit.most),
    filter: fixed.filter.slice(0, LIST_SIZES.filter.most),
  };
}

/** The very gene where it is in order. */
function repairGene<Gene extends ExitGene>(gene: Gene): Gene {
  if (gene.kind === 'barsHeld') {
    const above = snap(BARS_HELD, gene.above);
    return above === gene.above ? gene : { ...gene, above };
  }
  return gene.kind !== 'compare' || isInOrder(gene) ? gene : { ...gene, ...repairComparison(gene) };
}

function isInOrder({ indicator, periods, threshold, lookback }: CompareGene): boolean {
  const range = GENE_RANGES[indicator];
  const isChoice = (choice: readonly number[]): boolean => choice.every((value, place) => value === periods[place]);
  return (
    snap(range.thresholds, threshold) === threshold && LOOKBACKS.includes(lookback) && range.periods.some(isChoice)
  );
}

function repairComparison({ indicator, periods, threshold, lookback }: CompareGene): Partial<CompareGene> {
  const range = GENE_RANGES[indicator];
  return {
    periods: [...nearest(range.periods, periods)],
    threshold: snap(range.thresholds, threshold),
    lookback:
      nearest(
        LOOKBACKS.map((bars) => [bars]),
        [lookback],
      )[0] ?? 1,
  };
}

/** The choice with the least sum of distances, the first of equals. */
function nearest(choices: readonly (readonly number[])[], wanted: readonly number[]): readonly number[] {
  const distance = (choice: readonly number[]): number =>
    choice.reduce((sum, value, place) => sum + Math.abs(value - (wanted[place] ?? value)), 0);
  return choices.reduce((best, choice) => (distance(choice) < distance(best) ? choice : best));
}

const repairRisk = ({ positionFraction, stopAtr, targetAtr, maxHoldBars }: ChromosomeRisk): ChromosomeRisk => ({
  positionFraction: snap(RISK_GRIDS.positionFraction, positionFraction),
  stopAtr: snap(RISK_GRIDS.stopAtr, stopAtr),
  targetAtr: targetAtr === null ? null : snap(RISK_GRIDS.targetAtr, targetAtr),
  maxHoldBars: maxHoldBars === null ? null : snap(RISK_GRIDS.maxHoldBars, maxHoldBars),
});
