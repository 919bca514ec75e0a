/** `--tick 0.01`: the step of prices, a plain decimal above 0. */
import { parsePrice } from '../../../domain/market/bar-cells.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';

/** ARGUMENT_VALUE when it is none; an absent tick is unknown, and nothing is checked. */
export function tickProblems(tick: string | undefined): Problem[] {
  if (tick === undefined || parsePrice(tick).ok) return [];
  return [problem('ARGUMENT_VALUE', '--tick', tick, 'a plain decimal above 0, such as 0.01')];
}
