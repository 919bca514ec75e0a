/** What the rules say of a market: every view is that of `market-view.ts`, and where nothing is known it is to hold. */
import { type MarketView, marketView } from './market-view.ts';
import { printFigure } from './quoted-numbers.ts';
import type { RulesAnswers, RulesFacts } from './rules-facts.ts';

type About =
  | 'advice'
  | 'recommendation'
  | 'analysis'
  | 'riskAssessment'
  | 'regime'
  | 'exitPlan'
  | 'opportunity'
  | 'screening';

const version = 1;
const LEVELS_MAX = 6;
const ROWS_MAX = 20;
const REDUCE_FRACTION = 0.5;
const NO_LEVELS = { entryPrice: null, stopLossPrice: null, takeProfitPrice: null, sizeFraction: null } as const;

const NO_FEATURES: MarketView = {
  side: 0,
  action: 'hold',
  confidence: 0,
  rationale: 'hold: no features were given',
  riskLevel: 'high',
  warnings: ['nothing is known of the market'],
};

const viewOf = ({ features }: RulesFacts): MarketView => (features === null ? NO_FEATURES : marketView(features));

export const MARKET_ANSWERS: Pick<RulesAnswers, About> = {
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
};
