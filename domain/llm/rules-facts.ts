/** What the rule-based advisor goes by, out of a question's variables. What is not there is not made up. */
import type { Side } from '../../schemas/decision.ts';
import type { AnswerOf, ContractName } from '../../schemas/llm/contracts/index.ts';
import { type OpportunityType, opportunityTypeSchema } from '../../schemas/llm/contracts/opportunity.ts';
import { STRATEGY_TYPES, type StrategyType } from '../../schemas/signals.ts';
import type { MarketFeatures } from '../features/market-features.ts';

export type RulesFacts = {
  /** As the question names it, which may be a masked name. */
  readonly symbol: string;
  readonly features: MarketFeatures | null;
  readonly barIntervalMs: number;
  /** The side of the position that an exit plan is about. */
  readonly heldSide: Side;
  readonly opportunityType: OpportunityType;
  /** The type that is to be designed or tested; null: by the regime. */
  readonly strategyType: StrategyType | null;
  /** From −1 to 1; 0 without news. */
  readonly sentimentScore: number;
  /** Features of each symbol that is screened. */
  readonly rows: readonly MarketFeatures[];
  /** Figures of a backtest, by name. */
  readonly report: Readonly<Record<string, number>>;
  readonly ruleIds: readonly string[];
  /** What an officer decided, in a sentence, and why; null: nothing was told. */
  readonly sentence: string | null;
  readonly reasons: readonly string[];
  readonly passages: readonly { readonly documentId: string; readonly passage: string }[];
};

/** One answer a contract, out of the facts alone. */
export type RulesAnswers = { readonly [Name in ContractName]: (facts: RulesFacts) => AnswerOf<Name> };

const HOUR_MS = 3_600_000;

/**
 * @param variables those of the question: `symbol`, `features`, and further fields of `RulesFacts` where they belong
 */
export function rulesFactsOf(variables: Readonly<Record<string, unknown>>): RulesFacts {
  const { symbol, features, barIntervalMs, heldSide, opportunityType, strategyType, news, rows, report } = variables;
  const known = isFeatures(features) ? features : null;
  return {
    symbol: typeof symbol === 'string' ? symbol : (known?.symbol ?? ''),
    features: known,
    barIntervalMs: typeof barIntervalMs === 'number' ? barIntervalMs : HOUR_MS,
    heldSide: heldSide === 1 || heldSide === -1 ? heldSide : 0,
    opportunityType: opportunityTypeSchema.safeParse(opportunityType).data ?? 'other',
    strategyType: STRATEGY_TYPES.find((one) => one === strategyType) ?? null,
    sentimentScore: scoreIn(news),
    rows: Array.isArray(rows) ? rows.filter(isFeatures) : [],
    report: numbersOf(report),
    ruleIds: textsOf(variables.ruleIds),
    sentence: typeof variables.sentence === 'string' ? variables.sentence : null,
    reasons: textsOf(variables.reasons),
    passages: passagesIn(variables.knowledge),
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The features stage's own document: it is written by code, so its parts are not looked at one by one. */
const isFeatures = (value: unknown): value is MarketFeatures =>
  isObject(value) && isObject(value.momentum) && isObject(value.volatility) && isObject(value.regime);

function scoreIn(news: unknown): number {
  const score = isObject(news) ? news.score : null;
  return typeof score === 'number' && score >= -1 && score <= 1 ? score : 0;
}

/** Money comes as a decimal string. */
function numbersOf(report: unknown): Record<string, number> {
  if (!isObject(report)) return {};
  return Object.fromEntries(
    Object.entries(report).flatMap(([name, value]) => {
      const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
      return Number.isFinite(number) && value !== '' ? [[name, number]] : [];
    }),
  );
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

function passagesIn(knowledge: unknown): RulesFacts['passages'] {
  const list: unknown = isObject(knowledge) ? knowledge.passages : knowledge;
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap((one) => {
    const passage = one.passage ?? one.text;
    return typeof one.documentId === 'string' && typeof passage === 'string'
      ? [{ documentId: one.documentId, passage }]
      : [];
  });
}
