/** What the rules say of strategies: they invent none, claim the plainest, and tell the figures of a report. */
import { CONTRACTS } from '../../schemas/llm/contracts/index.ts';
import type { DesignedParameters } from '../../schemas/llm/contracts/strategy.ts';
import { type StrategyType, strategyParameterSchemas } from '../../schemas/signals.ts';
import { printFigure } from './quoted-numbers.ts';
import type { RulesAnswers, RulesFacts } from './rules-facts.ts';

const version = 1;
const SIZE_FRACTION = 0.1;
const STOP_ATR = 2;
const STOP_ATR_OF_PAIRS = 10;

/** Figures of a report in the order in which they are told. */
const TOLD = [
  ['returnFraction', 'return'],
  ['sharpe', 'Sharpe ratio'],
  ['drawdownFractionMax', 'largest drawdown'],
  ['profitFactor', 'profit factor'],
  ['winRate', 'share of winning trades'],
  ['tradeCount', 'trades'],
] as const;

export const STRATEGY_ANSWERS: Pick<RulesAnswers, 'strategy' | 'hypothesis' | 'backtestExplanation'> = {
  strategy: (facts) => {
    const type = typeFor(facts);
    return {
      version,
      type,
      parameters: defaultParameters(type),
      entryRules: [`as the built-in strategy ${type} enters, with its default parameters`],
      exitRules: [`as ${type} leaves, or at its protective stop`],
      sizeFraction: SIZE_FRACTION,
      stopAtr: type === 'pairsTrading' || type === 'crossVenue' ? STOP_ATR_OF_PAIRS : STOP_ATR,
      targetAtr: null,
      maxHoldBars: null,
      rationale: `the rules invent no strategy: they take ${type} with its defaults`,
    };
  },
  hypothesis: (facts) => {
    const strategyType = typeFor(facts);
    return {
      version,
      statement: `${strategyType} earns more than it costs on ${facts.symbol}`,
      test: {
        symbol: facts.symbol,
        barIntervalMs: facts.barIntervalMs,
        strategyType,
        parameters: defaultParameters(strategyType),
      },
      metric: 'sharpe',
      falsifier: { side: 'below', value: 0 },
      rationale: 'the plainest claim about a strategy, and the plainest way to refute it',
    };
  },
  backtestExplanation: ({ report }) => {
    const told = TOLD.flatMap(([name, words]) => {
      const value = report[name];
      return value === undefined ? [] : [`${words} ${printFigure(value)}`];
    });
    const { returnFraction = 0, sharpe = 0 } = report;
    const verdict = returnFraction > 0 && sharpe > 1 ? 'promising' : returnFraction < 0 ? 'poor' : 'inconclusive';
    const summary = told.length === 0 ? 'the report has no figures to tell' : `the report says: ${told.join(', ')}`;
    return { version, summary, strengths: [], weaknesses: [], verdict };
  },
};

/** Trends are followed; a market that goes sideways is expected to come back. */
const typeFor = ({ strategyType, features }: RulesFacts): StrategyType =>
  strategyType ?? (features?.regime.label === 'sideways' ? 'meanReversion' : 'momentum');

const NAMES = Object.keys(CONTRACTS.strategy.schema.shape.parameters.shape) as readonly (keyof DesignedParameters)[];

function defaultParameters(type: StrategyType): DesignedParameters {
  const defaults: Readonly<Record<string, unknown>> = strategyParameterSchemas[type].parse({});
  const told = NAMES.map((name) => [name, typeof defaults[name] === 'number' ? defaults[name] : null] as const);
  return Object.fromEntries(told) as DesignedParameters;
}
