/**
 * The contract of `marketAnalysis`: what it is given and what it ends with. A model's words pass their own contract
 * first (schemas/llm/contracts/analysis.ts); regime and levels are the desk's own. Costs are whole micro-USD.
 */
import { z } from 'zod';
import { levelSchema, regimeSchema } from './features.ts';
import { analysisSchema } from './llm/contracts/analysis.ts';
import { barIntervalMsSchema, symbolSchema } from './market.ts';
import { type Problem, problem } from './problem.ts';
import { accountIdSchema } from './strategy-session.ts';

export const ANALYSIS_DEPTHS = ['quick', 'comprehensive', 'deep'] as const;
export const SYMBOLS_MAX = 20;
/** Of a screening. */
export const SCREENED_SYMBOLS_MAX = 1_000;
/** Of all screenings of a day. */
export const ANALYSES_A_DAY = 50;
export const DEEP_ANALYSES_A_DAY = 5;

export const marketAnalysisInputSchema = z.strictObject({
  symbols: z
    .array(symbolSchema)
    .min(1)
    .max(SCREENED_SYMBOLS_MAX)
    .refine((symbols) => new Set(symbols).size === symbols.length, 'each symbol once'),
  /**
   * quick: features and one call; comprehensive: with news, knowledge and tools; deep: with backtests and other models.
   */
  depth: z.enum(ANALYSIS_DEPTHS),
  useReasoningModel: z.boolean().default(false),
  /** Nothing that was known later is looked at; null: now. */
  asOf: z.iso.datetime({ offset: true }).nullable().default(null),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  /** Whose books the limits are asked about; null: an empty account. */
  accountId: accountIdSchema.nullable().default(null),
  /** Models see ASSET1 and so on for the symbols, and no headlines: they cannot remember what they do not recognise. */
  masked: z.boolean().default(false),
  /**
   * All symbols go through the rules and a cheap model first; only the best are analysed, and the best of these deep.
   */
  screening: z
    .strictObject({
      /** Hand the questions of the screening over as a batch, where the provider takes one: for less, within a day. */
      batch: z.boolean().default(false),
      analysesMax: z.number().int().min(1).max(ANALYSES_A_DAY).default(ANALYSES_A_DAY),
      deepMax: z.number().int().min(0).max(DEEP_ANALYSES_A_DAY).default(DEEP_ANALYSES_A_DAY),
    })
    .nullable()
    .default(null),
});
export type MarketAnalysisInput = z.infer<typeof marketAnalysisInputSchema>;
export type Screening = NonNullable<MarketAnalysisInput['screening']>;

/** Without a screening every symbol is analysed. */
export function analysisProblems({ symbols, screening }: MarketAnalysisInput): Problem[] {
  if (screening !== null || symbols.length <= SYMBOLS_MAX) return [];
  const expected = `at most ${SYMBOLS_MAX} symbols without a screening`;
  return [problem('INPUT_ITEMS', 'symbols', `${symbols.length} symbols`, expected, 'add "screening":{}')];
}

/** Why a symbol went no further. NO_ANSWER: the model gave none for it. NO_PLACE: the day's analyses are taken. */
export const SCREENING_REASONS = [
  'SCREEN_HELD',
  'SCREEN_QUARANTINED',
  'SCREEN_NO_DATA',
  'SCREEN_STALE',
  'SCREEN_VOLUME',
  'SCREEN_SIGNAL',
  'SCREEN_NOT_KEPT',
  'SCREEN_NO_ANSWER',
  'SCREEN_NO_PLACE',
] as const;
const screeningReasonSchema = z.enum(SCREENING_REASONS);
export type ScreeningReason = z.infer<typeof screeningReasonSchema>;

const stageSchema = z.strictObject({
  stage: z.enum(['rules', 'screening', 'analysis', 'deep']),
  /** Symbols that came to it, and that went on. */
  shown: z.number().int(),
  kept: z.number().int(),
  calls: z.number().int(),
  costMicroUsd: z.number().int(),
});
export type ScreeningStage = z.infer<typeof stageSchema>;

export const screeningResultSchema = z.strictObject({
  stages: z.array(stageSchema),
  left: z.array(z.strictObject({ symbol: symbolSchema, reason: screeningReasonSchema })),
  /** How the questions of the screening went out: `batch`, or the reason why they were asked one by one. */
  sentAs: z.string(),
  /** As of the whole, of the models that screened. */
  contaminated: z.boolean(),
});
export type ScreeningResult = z.infer<typeof screeningResultSchema>;

/** What was asked and what it cost. `contaminated`: the model's knowledge may reach past `asOf`. */
const askedShape = {
  provider: z.string(),
  model: z.string(),
  promptVersion: z.number().int(),
  contaminated: z.boolean(),
} as const;

const opinionSchema = z.strictObject({
  model: z.string(),
  action: z.enum(['buy', 'sell', 'hold']).nullable(),
  confidence: z.number().nullable(),
  /** Why there is no opinion. */
  noDecision: z.string().nullable(),
});
export type Opinion = z.infer<typeof opinionSchema>;

export const consensusResultSchema = z.strictObject({
  action: z.enum(['buy', 'sell', 'hold']).nullable(),
  confidence: z.number(),
  agreement: z.number(),
  /** Of the size that would be taken; disagreement makes it smaller. */
  sizeFactor: z.number(),
  detail: z.string(),
  /** CONSENSUS_QUORUM, TIE and the like; null where they agree. */
  reason: z.string().nullable(),
  opinions: z.array(opinionSchema),
  /** The models were shown each other's reasons once and asked again. */
  debated: z.boolean(),
});
export type ConsensusResult = z.infer<typeof consensusResultSchema>;

export const symbolAnalysisSchema = z.strictObject({
  symbol: symbolSchema,
  /** Close of the last bar that was looked at; null without one. */
  asOfMs: z.number().int().nullable(),
  regime: regimeSchema.nullable(),
  levels: z.array(levelSchema),
  summary: z.string().nullable(),
  sentiment: analysisSchema.shape.sentiment.nullable(),
  risks: z.array(z.string()),
  recommendations: analysisSchema.shape.recommendations,
  /** The reason why there is no analysis. */
  noDecision: z.string().nullable(),
  asked: z.strictObject(askedShape).nullable(),
  contrarian: opinionSchema.nullable(),
  consensus: consensusResultSchema.nullable(),
  callIds: z.array(z.string()),
  costMicroUsd: z.number().int(),
  /** Some model that was asked, answered or not, may know what came after `asOf`. */
  contaminated: z.boolean(),
});
export type SymbolAnalysis = z.infer<typeof symbolAnalysisSchema>;

export const marketAnalysisResultSchema = z.strictObject({
  depth: z.enum(ANALYSIS_DEPTHS),
  asOfMs: z.number().int(),
  analyses: z.array(symbolAnalysisSchema),
  /** null without a screening. */
  screening: screeningResultSchema.nullable(),
  costMicroUsd: z.number().int(),
  masked: z.boolean(),
  /** Some model's knowledge may reach past `asOf`. */
  contaminated: z.boolean(),
});
export type MarketAnalysisResult = z.infer<typeof marketAnalysisResultSchema>;

export type AnalysisProgress = {
  readonly state: 'running' | 'done';
  readonly depth: (typeof ANALYSIS_DEPTHS)[number] | null;
  readonly symbols: number;
  readonly analysed: number;
  readonly costMicroUsd: number;
};
