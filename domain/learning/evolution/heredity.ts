/**
 * What evolution needs to know of the beings it breeds, and of one generation of them. The operators below work on
 * anything that has a heredity: strategies, or the bit strings of a test. Fitness is given; nothing is evaluated here.
 */
import type { Random } from '../../market/random.ts';

export type Heredity<Genome> = {
  readonly create: (random: Random) => Genome;
  /** Known before any search, and in the first generation for it. @default none */
  readonly founders?: readonly Genome[];
  readonly cross: (first: Genome, second: Genome, random: Random) => Genome;
  readonly mutate: (genome: Genome, random: Random) => Genome;
  /** Equal for genomes that mean the same: the name under which one is evaluated, stored and inherited from. */
  readonly idOf: (genome: Genome) => string;
  /** Equal for genomes of one kind: diversity is kept between species, not within. */
  readonly speciesOf: (genome: Genome) => string;
};

/** One being before it is evaluated. `parents` are ids; a newcomer has none, an elite is its own parent. */
export type Offspring<Genome> = {
  readonly id: string;
  readonly genome: Genome;
  readonly parents: readonly string[];
};

/** One being with its fitness; more is better. A failed evaluation has -Infinity. */
export type Scored<Genome> = Offspring<Genome> & { readonly fitness: number };
