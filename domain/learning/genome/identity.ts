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
  if (genes.length < 2) return [...genes];
  const bySpelling = new Map(genes.map((gene) => [spelling(gene), gene]));
  return [...bySpelling].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gene]) => gene);
}

/** Genes are inherited as they are, so each is spelled once in its life. */
const SPELLINGS = new WeakMap<ExitGene, string>();

function spelling(gene: ExitGene): string {
  const text = SPELLINGS.get(gene) ?? canonicalJson(gene);
  SPELLINGS.set(gene, text);
  return text;
}

/** Lower-case hex sha256 of the canonical text, which is put together from what its genes are spelled like. */
export function chromosomeId(chromosome: Chromosome): string {
  const { entryLong, entryShort, exit, filter, risk } = canonicalChromosome(chromosome);
  const lists = Object.entries({ entryLong, entryShort, exit, filter });
  const told = lists.map(([name, genes]) => `"${name}":[${genes.map(spelling).join()}]`);
  return sha256Hex(`{${told.join()},"risk":${canonicalJson(risk)}}`);
}

/** What makes it enter, without numbers: strategies of one kind compete with each other. */
export function chromosomeSpecies({ entryLong, entryShort }: Chromosome): string {
  const kinds = (genes: readonly ExitGene[]): string =>
    [...new Set(genes.map((gene) => (gene.kind === 'compare' ? gene.indicator : gene.kind)))].sort().join('+');
  return `${kinds(entryLong)}|${kinds(entryShort)}`;
}

/** Conditions a reader has to keep in mind: genes, one more for each that looks back, a target and a limit of time. */
export function complexity(chromosome: Chromosome): number {
  const { entryLong, entryShort, exit, filter, risk } = canonicalChromosome(chromosome);
  const genes: readonly ExitGene[] = [...entryLong, ...entryShort, ...exit, ...filter];
  const lookingBack = genes.filter((gene) => gene.kind === 'compare' && gene.lookback > 1).length;
  return genes.length + lookingBack + (risk.targetAtr === null ? 0 : 1) + (risk.maxHoldBars === null ? 0 : 1);
}
