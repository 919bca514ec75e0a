/**
 * Pressure towards diversity: a score is lowered by how crowded its species is, in units of the population's spread, so
 * that it works on fitness of any scale and sign. It guides who has children; elites and fame go by bare fitness.
 */
import type { Heredity, Scored } from './heredity.ts';
import { ranked } from './select.ts';

/**
 * fitness - pressure · spread · (share of the population that is of the same species); spread = upper quartile -
 * lower quartile of the finite fitnesses. Pressure 0 leaves fitness as it is; 1 costs a species that is everybody
 * one spread.
 */
export function crowdedScores<Genome>(
  population: readonly Scored<Genome>[],
  heredity: Pick<Heredity<Genome>, 'speciesOf'>,
  pressure: number,
): number[] {
  const fitness = population.map((one) => one.fitness);
  if (pressure === 0) return fitness;
  const species = population.map((one) => heredity.speciesOf(one.genome));
  const counts = new Map<string, number>();
  for (const name of species) counts.set(name, (counts.get(name) ?? 0) + 1);
  const unit = (pressure * quartileSpread(fitness)) / population.length;
  return fitness.map((value, index) => value - unit * (counts.get(species[index] as string) ?? 0));
}

function quartileSpread(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  const order = ranked(finite);
  const at = (share: number): number => finite[order[Math.floor(share * (order.length - 1))] as number] ?? 0;
  return at(0.25) - at(0.75);
}

/** Share of different species among the population, 0 to 1: a figure for the run's panel. */
export function speciesShare<Genome>(
  population: readonly Scored<Genome>[],
  heredity: Pick<Heredity<Genome>, 'speciesOf'>,
): number {
  if (population.length === 0) return 0;
  return new Set(population.map((one) => heredity.speciesOf(one.genome))).size / population.length;
}
