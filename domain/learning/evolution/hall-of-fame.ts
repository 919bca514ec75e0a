/**
 * The best that a run has ever seen, each once, with the generation it first appeared in and its parents. It outlives
 * generations: a champion that was lost to a bad crossover is still here.
 */
import type { Scored } from './heredity.ts';
import { ranked } from './select.ts';

export type Famous<Genome> = Scored<Genome> & { readonly generation: number };

/**
 * The hall after one more generation: at most `size`, from the best down, equal ids once (the first that came). Of
 * equal fitness the older stays ahead. What has no finite fitness is never famous.
 */
export function admit<Genome>(
  hall: readonly Famous<Genome>[],
  generation: number,
  population: readonly Scored<Genome>[],
  size: number,
): Famous<Genome>[] {
  const known = new Set(hall.map((one) => one.id));
  const fresh = population.filter(({ id, fitness }) => {
    if (known.has(id) || !Number.isFinite(fitness)) return false;
    known.add(id);
    return true;
  });
  const all = [...hall, ...fresh.map((one) => ({ ...one, generation }))];
  const order = ranked(all.map((one) => one.fitness)).slice(0, size);
  return order.map((index) => all[index] as Famous<Genome>);
}
