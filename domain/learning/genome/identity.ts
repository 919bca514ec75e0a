/**
 * When two chromosomes are the same strategy, and what names them. Order inside a list means nothing and a gene that is
 * there twice counts once, so both are put in order first; equal strategies then have equal text and equal ids.
 */
import type { Chromosome, ExitGene } from '../../../schemas/chromosome.ts';
import { canonicalJson, sha256Hex } from '../../canonical-json.ts';

/** One spelling for each strategy: lists sorted and without doubles. */
export const canonicalChromosome = (chromosome: Chromosome): Chromosome => ({
  entryLong: distinct(chromosome.entryLong),
  entryShort: distinct(chromosome.entryShort),
  exit: distinct(chromosome.exit),
  filter: distinct(chromosome.filter),
  risk: chromosome.risk,
});

function distinct<Gene extends ExitGene>(genes: readonly Gene[]): Gene[] {
  const bySpelling = new Map(genes.map((gene) => [canonicalJson(gene), gene]));
  return [...bySpelling].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gene]) => gene);
}

/** Lower-case hex sha256 of the canonical text. */
export const chromosomeId = (chromosome: Chromosome): string =>
  sha256Hex(canonicalJson(canonicalChromosome(chromosome)));

/** What its rules look at, list by list, without numbers: strategies of one kind compete with each other. */
export function chromosomeSpecies(chromosome: Chromosome): string {
  const kinds = (genes: readonly ExitGene[]): string =>
    [...new Set(genes.map((gene) => (gene.kind === 'compare' ? gene.indicator : gene.kind)))].sort().join('+');
  const { entryLong, entryShort, exit, filter } = chromosome;
  return [entryLong, entryShort, exit, filter].map(kinds).join('|');
}

/** Conditions a reader has to keep in mind: genes, one more for each that looks back, a target and a limit of time. */
export function complexity(chromosome: Chromosome): number {
  const { entryLong, entryShort, exit, filter, risk } = canonicalChromosome(chromosome);
  const genes: readonly ExitGene[] = [...entryLong, ...entryShort, ...exit, ...filter];
  const lookingBack = genes.filter((gene) => gene.kind === 'compare' && gene.lookback > 1).length;
  return genes.length + lookingBack + (risk.targetAtr === null ? 0 : 1) + (risk.maxHoldBars === null ? 0 : 1);
}
