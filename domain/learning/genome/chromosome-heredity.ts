/**
 * How strategies are bred: created by chance, crossed list by list, mutated by one change of a gene or a number. What
 * comes out has been repaired, so it may be traded as it is. The operators are those of `../evolution/`.
 */
import type { Chromosome, ChromosomeRisk, CompareGene, ExitGene, MarketGene } from '../../../schemas/chromosome.ts';
import type { Random } from '../../market/random.ts';
import type { Heredity } from '../evolution/heredity.ts';
import { drawBelow, drawFrom, recombine } from '../evolution/recombine.ts';
import { FOUNDERS } from './founders.ts';
import { BARS_HELD, GENE_RANGES, type Grid, LIST_SIZES, RISK_GRIDS, snap } from './gene-ranges.ts';
import { chromosomeId, chromosomeSpecies } from './identity.ts';
import { RANDOM_RISK, randomExitGene, randomMarketGene, randomRisk } from './random-gene.ts';
import { type Direction, repair } from './repair.ts';

type ListName = keyof typeof LIST_SIZES;
const LISTS: readonly ListName[] = ['entryLong', 'entryShort', 'exit', 'filter'];

/** Breeding of strategies that may enter these sides. */
export const chromosomeHeredity = (direction: Direction): Heredity<Chromosome> => ({
  create: (random) => repair(randomChromosome(random), direction),
  founders: FOUNDERS.map((chromosome) => repair(chromosome, direction)),
  cross: (first, second, random) => repair(crossed(first, second, random), direction),
  mutate: (chromosome, random) => repair(mutated(chromosome, direction, random), direction),
  idOf: chromosomeId,
  speciesOf: chromosomeSpecies,
});

/**
 * How likely a newcomer's list has one gene more, again and again: conditions that must all hold seldom do, so most
 * newcomers are given one, and what else helps is found by mutation.
 */
const FURTHER_GENE_RATE = 0.35;

function randomChromosome(random: Random): Chromosome {
  const list = <Gene>({ least, most }: (typeof LIST_SIZES)[ListName], gene: (random: Random) => Gene): Gene[] => {
    const genes = Array.from({ length: least }, () => gene(random));
    while (genes.length < most && random.uniform() < FURTHER_GENE_RATE) genes.push(gene(random));
    return genes;
  };
  return {
    entryLong: list(LIST_SIZES.entryLong, randomMarketGene),
    entryShort: list(LIST_SIZES.entryShort, randomMarketGene),
    exit: list(LIST_SIZES.exit, randomExitGene),
    filter: list(LIST_SIZES.filter, randomMarketGene),
    risk: randomRisk(random),
  };
}

/** Lists by one cut (so that genes that stood together stay together), risk parameters each from either parent. */
function crossed(first: Chromosome, second: Chromosome, random: Random): Chromosome {
  const lists = <Gene>(a: readonly Gene[], b: readonly Gene[]): Gene[] => recombine('onePoint', a, b, random);
  const from = (): ChromosomeRisk => (random.uniform() < 0.5 ? first.risk : second.risk);
  return {
    entryLong: lists(first.entryLong, second.entryLong),
    entryShort: lists(first.entryShort, second.entryShort),
    exit: lists(first.exit, second.exit),
    filter: lists(first.filter, second.filter),
    risk: {
      positionFraction: from().positionFraction,
      stopAtr: from().stopAtr,
      targetAtr: from().targetAtr,
      maxHoldBars: from().maxHoldBars,
    },
  };
}

/**
 * A third of the mutations change the risk, the others a list, that of an entry three times as
 * often: a gene is added, dropped, drawn anew, or tuned in what is left of the chances. Dropping is
 * likelier than adding, so that genes have to help.
 */
const RISK_SHARE = 1 / 3;
const ENTRY_CHANCES = 3;
const ADD_RATE = 0.12;
const DROP_RATE = 0.2;
const REDRAW_RATE = 0.4;

function mutated(chromosome: Chromosome, direction: Direction, random: Random): Chromosome {
  if (random.uniform() < RISK_SHARE) return { ...chromosome, risk: mutatedRisk(chromosome.risk, random) };
  const name = drawFrom(openLists(direction), random);
  if (name === 'exit') return { ...chromosome, exit: mutatedList(chromosome.exit, name, randomExitGene, random) };
  return { ...chromosome, [name]: mutatedList<MarketGene>(chromosome[name], name, randomMarketGene, random) };
}

/** Each list as often as it has chances to be changed; without the side that may not be entered. */
const openLists = (direction: Direction): ListName[] =>
  LISTS.flatMap((list) => {
    if (list === 'exit' || list === 'filter') return [list];
    const isClosed = direction === (list === 'entryLong' ? 'shortOnly' : 'longOnly');
    return isClosed ? [] : new Array<ListName>(ENTRY_CHANCES).fill(list);
  });

function mutatedList<Gene extends ExitGene>(
  genes: readonly Gene[],
  name: ListName,
  draw: (random: Random) => Gene,
  random: Random,
): Gene[] {
  const { least, most } = LIST_SIZES[name];
  const kind = random.uniform();
  const place = drawBelow(Math.max(1, genes.length), random);
  if (genes.length === 0 || (kind < ADD_RATE && genes.length < most)) return [...genes, draw(random)];
  const isDropped = kind < ADD_RATE + DROP_RATE && genes.length > least;
  if (isDropped) return genes.filter((_gene, index) => index !== place);
  const change =
    kind < ADD_RATE + DROP_RATE + REDRAW_RATE ? () => draw(random) : (gene: Gene) => tuned(gene, draw, random);
  return genes.map((gene, index) => (index === place ? change(gene) : gene));
}

/** A number moved a few steps; a gene without numbers is drawn anew. */
function tuned<Gene extends ExitGene>(gene: Gene, draw: (random: Random) => Gene, random: Random): Gene {
  if (gene.kind === 'barsHeld') return { ...gene, above: moved(BARS_HELD, gene.above, gene.above / 2, random) };
  if (gene.kind !== 'compare') return draw(random);
  return { ...gene, ...tunedComparison(gene, random) };
}

function tunedComparison({ indicator, threshold, lookback }: CompareGene, random: Random): Partial<CompareGene> {
  const { periods, thresholds } = GENE_RANGES[indicator];
  const kind = random.uniform();
  if (kind < 0.6) return { threshold: moved(thresholds, threshold, 3 * thresholds.step, random) };
  if (kind < 0.8) return { periods: [...drawFrom(periods, random)] };
  return { lookback: lookback > 1 ? 1 : 1 + drawBelow(8, random) };
}

/** At most `reach` up or down, at least one step. */
function moved(grid: Grid, value: number, reach: number, random: Random): number {
  const steps = 1 + drawBelow(Math.max(1, Math.round(reach / grid.step)), random);
  return snap(grid, value + (random.uniform() < 0.5 ? -1 : 1) * steps * grid.step);
}

function mutatedRisk(risk: ChromosomeRisk, random: Random): ChromosomeRisk {
  const name = drawFrom(['positionFraction', 'stopAtr', 'targetAtr', 'maxHoldBars'] as const, random);
  const value = risk[name];
  if (value === null || random.uniform() < 0.5) return { ...risk, [name]: RANDOM_RISK[name](random) };
  const grid = RISK_GRIDS[name];
  return { ...risk, [name]: moved(grid, value, Math.max(3 * grid.step, value / 2), random) };
}
