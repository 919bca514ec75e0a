/** A strategy that a model designed, as the object a session takes; and what is wrong with its parameters. */
import type { DesignedParameters, DesignedStrategy } from '../../schemas/llm/contracts/strategy.ts';
import { problemsAt } from '../../schemas/parse-input.ts';
import { pathText } from '../../schemas/path-text.ts';
import type { Problem } from '../../schemas/problem.ts';
import { STRATEGY_TYPES, type StrategyType, strategyParameterSchemas } from '../../schemas/signals.ts';

/** The parameters that are told; nulls are those the type does not have. */
export const parametersOf = (parameters: DesignedParameters): Record<string, number> =>
  Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));

/** The part of the design that trades; its rules in words are for readers. */
export const strategyOfDesign = (design: DesignedStrategy) => ({
  type: design.type,
  parameters: parametersOf(design.parameters),
  sizeFraction: design.sizeFraction,
  stopAtr: design.stopAtr,
  targetAtr: design.targetAtr,
  maxHoldBars: design.maxHoldBars,
});

/** Problems of an object that carries a strategy's type and its parameters, by the schema of that type. */
export function checkParameters(fields: Readonly<Record<string, unknown>>, path: readonly PropertyKey[]): Problem[] {
  const named = fields.type ?? fields.strategyType;
  const type = STRATEGY_TYPES.find((one) => one === named);
  const { parameters } = fields;
  if (type === undefined || typeof parameters !== 'object' || parameters === null) return [];
  return parameterProblems(type, parameters as DesignedParameters, [...path, 'parameters']);
}

function parameterProblems(type: StrategyType, told: DesignedParameters, path: readonly PropertyKey[]): Problem[] {
  const found = problemsAt(strategyParameterSchemas[type], parametersOf(told), path);
  return found.map((one) => ({ ...one, code: one.code.replace('INPUT_', 'LLM_'), path: one.path || pathText(path) }));
}
