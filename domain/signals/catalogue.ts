/** The built-in strategies by name, and the parsing of their parameters. */
import { parseInput } from '../../schemas/parse-input.ts';
import {
  evolvedParametersSchema,
  isTwoLegged,
  MODEL_STRATEGY_TYPE,
  type SessionStrategyType,
  type SingleStrategyType,
  type Strategy,
  strategyParameterSchemas,
  type TwoLegStrategyType,
} from '../../schemas/signals.ts';
import { buyAndHold } from './buy-and-hold.ts';
import { crossVenue } from './cross-venue.ts';
import { emaCross } from './ema-cross.ts';
import { evolvedRules } from './evolved/evolved-rules.ts';
import { macdCross } from './macd-cross.ts';
import { meanReversion } from './mean-reversion.ts';
import { momentum } from './momentum.ts';
import { pairsTrading } from './pairs-trading.ts';
import { rsiReversal } from './rsi-reversal.ts';
import { smaCross } from './sma-cross.ts';
import type { StrategyParameters, StrategyRules } from './strategy.ts';
import { technical } from './technical.ts';
import type { TwoLegRules } from './two-leg-strategy.ts';

const CATALOGUE: Readonly<Record<SingleStrategyType, StrategyRules>> = {
  momentum,
  meanReversion,
  smaCross,
  emaCross,
  macdCross,
  rsiReversal,
  buyAndHold,
  hybrid: technical,
};

/** What stands behind a model that proposes: the generic technical rule fills its technical slot too. */
const BEHIND_THE_MODEL: StrategyRules = { ...technical, name: MODEL_STRATEGY_TYPE };

const TWO_LEGGED: Readonly<Record<TwoLegStrategyType, TwoLegRules>> = { pairsTrading, crossVenue };

/**
 * The rules of a built-in strategy of one symbol; `hybrid` gives the generic
 * technical rule that fills its technical slot.
 */
export const strategyRules = (type: SingleStrategyType): StrategyRules => CATALOGUE[type];

/** The rules of a built-in strategy of two legs. */
export const twoLegRules = (type: TwoLegStrategyType): TwoLegRules => TWO_LEGGED[type];

/**
 * Parameters with defaults filled in. Paths of problems are those inside the parameters.
 * @throws InvalidInput listing every unknown field and every value out of range
 */
export const parseStrategyParameters = (type: SessionStrategyType, raw: unknown): StrategyParameters => ({
  ...parseInput(strategyParameterSchemas[type], raw ?? {}),
});

/** Rules with the parameters they are asked with. */
export type SpokenRules = { readonly rules: StrategyRules; readonly parameters: StrategyParameters };

/**
 * The rules of any strategy of one symbol, built in or bred. @throws InvalidInput for parameters that do not fit,
 * RangeError for a strategy of two legs
 */
export function spokenRules({ type, parameters }: Pick<Strategy, 'type' | 'parameters'>): SpokenRules {
  if (isTwoLegged(type)) throw new RangeError(`${type} trades two symbols together`);
  if (type === 'evolved') {
    return { rules: evolvedRules(parseInput(evolvedParametersSchema, parameters).chromosome), parameters: {} };
  }
  const rules = type === MODEL_STRATEGY_TYPE ? BEHIND_THE_MODEL : strategyRules(type);
  return { rules, parameters: parseStrategyParameters(type, parameters) };
}
