/**
 * From one generation to the next. Each child has a generator of its own, seeded by (run seed, generation, index):
 * whoever breeds it, and in which order, it is the same child.
 */
import { type Random, randomFamily } from '../../market/random.ts';
import { crowdedScores } from './diversity.ts';
import type { Heredity, Offspring, Scored } from './heredity.ts';
import { ranked, tournament } from './select.ts';

/**
 * `crossoverRate`, `mutationRate`: how often a child has two parents, is mutated;
 * `furtherMutationRate`: how often one that was mutated is mutated once more, again and again;
 * `immigrantFraction`: newcomers a generation; `diversityPressure`: see `crowdedScores`; `unique`: no
 * two of a generation mean the same, where a mutation can still tell them apart.
 */
export type EvolutionSettings = {
  readonly seed: number;
  readonly population: number;
  readonly tournamentSize: number;
  readonly eliteCount: number;
  readonly crossoverRate: number;
  readonly mutationRate: number;
  readonly furtherMutationRate: number;
  readonly immigrantFraction: number;
  readonly diversityPressure: number;
  readonly unique: boolean;
};

const REMUTATIONS_MAX = 10;
const MUTATIONS_MAX = 10;

const generatorsOf = ({ seed }: EvolutionSettings, generation: number): ((index: number) => Random) =>
  randomFamily(`evolution:${seed}:${generation}`);

/** Generation 0: the founders, and newcomers. */
export function firstGeneration<Genome>(settings: EvolutionSettings, heredity: Heredity<Genome>): Offspring<Genome>[] {
  const generatorOf = generatorsOf(settings, 0);
  const newcomer = (index: number) => {
    const random = generatorOf(index);
    return { genome: heredity.founders?.[index] ?? heredity.create(random), parents: [], random };
  };
  return settle(
    Array.from({ length: settings.population }, (_, index) => newcomer(index)),
    settings,
    heredity,
  );
}

/**
 * Generation `generation` (1, 2, …) out of the one before: the elite first, then children, newcomers last.
 * @throws RangeError for an empty population
 */
export function nextGeneration<Genome>(
  before: readonly Scored<Genome>[],
  generation: number,
  settings: EvolutionSettings,
  heredity: Heredity<Genome>,
): Offspring<Genome>[] {
  const scores = crowdedScores(before, heredity, settings.diversityPressure);
  const best = ranked(before.map((one) => one.fitness)).slice(0, settings.eliteCount);
  const generatorOf = generatorsOf(settings, generation);
  const immigrantsFrom = settings.population - Math.floor(settings.immigrantFraction * settings.population);
  const born = Array.from({ length: settings.population }, (_, index) => {
    const random = generatorOf(index);
    const elite = before[best[index] ?? -1];
    if (elite !== undefined) return { genome: elite.genome, parents: [elite.id], random };
    if (index >= immigrantsFrom) return { genome: heredity.create(random), parents: [], random };
    return { ...child(before, scores, settings, heredity, random), random };
  });
  return settle(born, settings, heredity);
}

function child<Genome>(
  before: readonly Scored<Genome>[],
  scores: readonly number[],
  { tournamentSize, crossoverRate, mutationRate, furtherMutationRate }: EvolutionSettings,
  heredity: Heredity<Genome>,
  random: Random,
): { genome: Genome; parents: string[] } {
  const choose = () => before[tournament(scores, tournamentSize, random)] as Scored<Genome>;
  const [first, second] = [choose(), choose()];
  const crossed = random.uniform() < crossoverRate;
  const genome = crossed ? heredity.cross(first.genome, second.genome, random) : first.genome;
  let mutated = genome;
  let rate = mutationRate;
  for (let step = 0; step < MUTATIONS_MAX && rate > 0 && random.uniform() < rate; step += 1) {
    mutated = heredity.mutate(mutated, random);
    rate = furtherMutationRate;
  }
  return { genome: mutated, parents: crossed && second.id !== first.id ? [first.id, second.id] : [first.id] };
}

type Born<Genome> = { readonly genome: Genome; readonly parents: readonly string[]; readonly random: Random };

/** Gives ids; where all must be unique, a later twin is mutated on with its own generator. */
function settle<Genome>(
  born: readonly Born<Genome>[],
  { unique }: EvolutionSettings,
  heredity: Heredity<Genome>,
): Offspring<Genome>[] {
  const taken = new Set<string>();
  return born.map(({ genome, parents, random }) => {
    let settled = genome;
    let id = heredity.idOf(settled);
    for (let attempt = 0; unique && taken.has(id) && attempt < REMUTATIONS_MAX; attempt += 1) {
      settled = heredity.mutate(settled, random);
      id = heredity.idOf(settled);
    }
    taken.add(id);
    return { id, genome: settled, parents };
  });
}
