/**
 * The advisor of provider `rules`: no key, no network, no chance. It answers every contract out of features and
 * figures alone, says plainly where it has nothing to say, and prints no number that was not given to it. The
 * same facts, the same answer, on every machine.
 */
import { type AnswerOf, CONTRACTS, type ContractName } from '../../schemas/llm/contracts/index.ts';
import type { DesignedParameters } from '../../schemas/llm/contracts/strategy.ts';
import { type StrategyType, strategyParameterSchemas } from '../../schemas/signals.ts';
import { type MarketView, marketView } from './market-view.ts';
import { printFigure } from './quoted-numbers.ts';
import { type RulesFacts, rulesFactsOf } from './rules-facts.ts';

/** The answer of the rules to a question with these variables (see `rules-facts.ts`). */
export function rulesAnswer<Name extends ContractName>(
  contract: Name,
  variables: Readonly<Record<string, unknown>>,
): AnswerOf<Name> {
  return ANSWERS[contract](rulesFactsOf(variables));
}

type Answers = { readonly [Name in ContractName]: (facts: RulesFacts) => AnswerOf<Name> };

const NO_FEATURES: MarketView = {
  side: 0,
  action: 'hold',
  confidence: 0,
  rationale: 'hold: no features were given',
  riskLevel: 'high',
  warnings: ['nothing is known of the market'],
};

const viewOf = ({ features }: RulesFacts): MarketView => (features === null ? NO_FEATURES : marketView(features));

const version = 1 as const;
const NO_LEVELS = { entryPrice: null, stopLossPrice: null, takeProfitPrice: null, sizeFraction: null } as const;

const ANSWERS: Answers = {
  advice: (facts) => {
    const { action, confidence, rationale, riskLevel, warnings } = viewOf(facts);
    return { version, symbol: facts.symbol, action, confidence, rationale, riskLevel, warnings: [...warnings] };
  },
  recommendation: (facts) => {
    const view = viewOf(facts);
    return {
      version,
      intent: view.side === 0 ? 'noTrade' : 'proposeTrade',
      symbol: facts.symbol,
      timeframe: 'swing',
      rationale: view.rationale,
      keyRisks: [...view.warnings],
      action: {
        type: view.action,
        confidence: view.confidence,
        ...NO_LEVELS,
        riskRewardRatio: null,
        constraints: null,
      },
    };
  },
  analysis: (facts) => {
    const { action, confidence, rationale, warnings } = viewOf(facts);
    const { sentimentScore: score, features } = facts;
    return {
      version,
      symbol: facts.symbol,
      summary: rationale,
      regime: features?.regime.label ?? 'sideways',
      levels: (features?.levels ?? []).slice(0, LEVELS_MAX).map(({ kind, price }) => ({ kind, price })),
      sentiment: { label: score > 0 ? 'positive' : score < 0 ? 'negative' : 'neutral', score },
      risks: [...warnings],
      recommendations: [{ action, confidence, rationale }],
    };
  },
  riskAssessment: (facts) => {
    const { riskLevel, confidence, rationale, warnings } = viewOf(facts);
    const recommendation = warnings.length > 1 ? 'avoid' : riskLevel === 'high' ? 'reduce' : 'proceed';
    return {
      version,
      symbol: facts.symbol,
      riskLevel,
      recommendation,
      confidence,
      concerns: [...warnings],
      maxPositionFraction: null,
      rationale,
    };
  },
  regime: ({ symbol, features }) => {
    const { label = null, confidence = 0, volatility = null } = features?.regime ?? {};
    const regime = label ?? 'sideways';
    const rest = (1 - confidence) / 3;
    const share = (name: string): number => (name === regime ? confidence + rest : rest);
    return {
      version,
      symbol,
      regime,
      volatility: volatility ?? 'normal',
      confidence,
      probabilities: { bull: share('bull'), bear: share('bear'), sideways: share('sideways') },
      rationale:
        label === null
          ? 'the averages are not known yet; sideways stands for no trend seen'
          : `by the averages the market is ${label}, confidence ${printFigure(confidence)}`,
    };
  },
  exitPlan: (facts) => {
    const view = viewOf(facts);
    const against = facts.heldSide !== 0 && view.side === -facts.heldSide;
    const action = against ? 'close' : view.riskLevel === 'high' && facts.heldSide !== 0 ? 'reduce' : 'hold';
    return {
      version,
      symbol: facts.symbol,
      action,
      confidence: view.confidence,
      reduceFraction: action === 'reduce' ? REDUCE_FRACTION : null,
      stopLossPrice: null,
      takeProfitPrice: null,
      rationale: view.rationale,
    };
  },
  opportunity: (facts) => {
    const { action, confidence, rationale, warnings } = viewOf(facts);
    return {
      version,
      symbol: facts.symbol,
      opportunityType: facts.opportunityType,
      action: action === 'hold' ? 'pass' : action,
      confidence,
      ...NO_LEVELS,
      keyRisks: [...warnings],
      rationale,
    };
  },
  screening: ({ rows }) => ({
    version,
    rows: rows.slice(0, ROWS_MAX).map((features) => {
      const { side, confidence, rationale } = marketView(features);
      return { symbol: features.symbol, keep: side !== 0, confidence, rationale };
    }),
  }),
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
  riskChecklist: ({ ruleIds }) => ({
    version,
    items: [
      ...ruleIds.slice(0, ITEMS_MAX).map((ruleId) => ({ text: `the gate holds ${ruleId}`, ruleId })),
      { text: 'news since the last bar has been read', ruleId: 'manual' },
      { text: 'the loss at the stop can be borne', ruleId: 'manual' },
    ],
  }),
  knowledgeAnswer: ({ passages }) => ({
    version,
    answered: passages.length > 0,
    answer:
      passages.length === 0
        ? 'the knowledge base has no passage on this'
        : passages.map(({ passage, documentId }) => `${passage} [${documentId}]`).join('\n'),
    confidence: passages.length === 0 ? 0 : PASSAGES_CONFIDENCE,
    citations: passages.slice(0, CITATIONS_MAX).map(({ documentId, passage }) => ({ documentId, passage })),
  }),
  commentary: ({ sentence, reasons }) => ({
    version,
    text: reasons.length === 0 ? (sentence ?? 'no decision was told') : `${sentence ?? ''}: ${reasons.join('; ')}`,
  }),
};

const LEVELS_MAX = 6;
const ROWS_MAX = 20;
const ITEMS_MAX = 48;
const CITATIONS_MAX = 20;
const REDUCE_FRACTION = 0.5;
const SIZE_FRACTION = 0.1;
const STOP_ATR = 2;
const STOP_ATR_OF_PAIRS = 10;
/** Passages that were found are not read: whether they answer the question is the reader's to say. */
const PASSAGES_CONFIDENCE = 0.5;

/** Figures of a report in the order in which they are told. */
const TOLD = [
  ['returnFraction', 'return'],
  ['sharpe', 'Sharpe ratio'],
  ['drawdownFractionMax', 'largest drawdown'],
  ['profitFactor', 'profit factor'],
  ['winRate', 'share of winning trades'],
  ['tradeCount', 'trades'],
] as const;

/** Trends are followed; a market that goes sideways is expected to come back. */
const typeFor = ({ strategyType, features }: RulesFacts): StrategyType =>
  strategyType ?? (features?.regime.label === 'sideways' ? 'meanReversion' : 'momentum');

const NAMES = Object.keys(CONTRACTS.strategy.schema.shape.parameters.shape) as readonly (keyof DesignedParameters)[];

function defaultParameters(type: StrategyType): DesignedParameters {
  const defaults: Readonly<Record<string, unknown>> = strategyParameterSchemas[type].parse({});
  const told = NAMES.map((name) => [name, typeof defaults[name] === 'number' ? defaults[name] : null] as const);
  return Object.fromEntries(told) as DesignedParameters;
}
