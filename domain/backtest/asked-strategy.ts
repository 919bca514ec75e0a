/** The strategy of a backtest's input: a built-in one with its numbers, or a stored one, which brings its own. */
import type { BacktestRunInput } from '../../schemas/backtest-run.ts';
import { nearestName } from '../../schemas/nearest-name.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { STRATEGY_TYPES } from '../../schemas/signals.ts';
import type { ResearchFields } from '../engine/research-plan.ts';

/** Stands where no name of a strategy could be read: nothing is said against it. */
export const NO_STRATEGY = 'none';

/** A built-in strategy is written out; any other name is the id of a stored one, whose numbers are its own. */
export function askedStrategy(input: BacktestRunInput, engine: ResearchFields, problems: Problem[]) {
  const { strategy, params } = input;
  if (!STRATEGY_TYPES.some((type) => type === strategy)) {
    if (strategy !== NO_STRATEGY) problems.push(...storedProblems(input, engine.rules));
    return strategy;
  }
  const { stopAtr, targetAtr, maxHoldBars, leverage } = engine;
  const parameters = typeof params === 'string' ? parametersOf(params, problems) : params;
  return {
    type: strategy,
    parameters,
    ...(stopAtr === null ? {} : { stopAtr }),
    targetAtr,
    maxHoldBars,
    leverage,
  };
}

/** What a stored strategy has itself, whatever is asked; without the desk’s rules its levels are the run’s. */
function storedProblems(input: BacktestRunInput, rules: ResearchFields['rules']): Problem[] {
  const { strategy, params, stopAtr, targetAtr, maxHold, leverage } = input;
  const isGiven = typeof params === 'string' ? params.trim() !== '' : Object.keys(params).length > 0;
  const levels = { stopAtr, targetAtr, maxHold, leverage: leverage === 1 ? undefined : leverage };
  const asked = { params: isGiven ? params : undefined, ...(rules === 'desk' ? levels : {}) };
  const near = nearestName(strategy, STRATEGY_TYPES);
  const hint = near === null ? 'leave it out' : `did you mean ${near}?`;
  return Object.entries(asked).flatMap(([name, got]) =>
    got === undefined
      ? []
      : [problem('INPUT_TYPE', name, got, `none: the numbers of a stored strategy (${strategy}) are its own`, hint)],
  );
}

function parametersOf(text: string, problems: Problem[]): Record<string, number | string> {
  const pairs = text.split(',').filter((one) => one.trim() !== '');
  const names = new Set<string>();
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = '', ...rest] = pair.split('=').map((part) => part.trim());
      if (name === '' || value === '' || rest.length > 0)
        problems.push(problem('INPUT_TYPE', 'params', pair, 'name=value, such as lookback=20,threshold=0.02'));
      else if (names.has(name)) problems.push(problem('INPUT_TYPE', 'params', pair, `${name} once`));
      names.add(name);
      return [name, /^-?\d+(\.\d+)?([eE]-?\d+)?$/.test(value) ? Number(value) : value];
    }),
  );
}
