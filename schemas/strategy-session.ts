/** The contract of one strategy session: what it is given, what it reports while it runs, how it ends. */
import { z } from 'zod';
import { approvalSettingsSchema, waitingOrderSchema } from './approval.ts';
import { componentNameSchema, decisionSchema } from './decision.ts';
import { costsSchema } from './execution.ts';
import { operatingModeSchema, tradingModeSchema } from './governance.ts';
import { modelRecordSchema, modelTierSchema, providerRecordSchema } from './llm/model-registry.ts';
import { barIntervalMsSchema, marketSourceSchema, symbolSchema } from './market.ts';
import { sessionLimitsSchema } from './risk.ts';
import { strategySchema } from './signals.ts';
import { venueNameSchema } from './venue.ts';

export const SESSION_ID_PATTERN = /^[a-z0-9-]{1,64}$/;
export const accountIdSchema = z.string().regex(/^[a-z0-9][a-z0-9:._-]{0,79}$/);
export const directionSchema = z.enum(['longOnly', 'shortOnly', 'longShort']);
export type Direction = z.infer<typeof directionSchema>;

/** Money at the border: above 0, plain digits with at most the currency's two decimals. */
export const MONEY_PATTERN = /^(?=.*[1-9])\d{1,15}(\.\d{1,2})?$/;

/** Ids of stored strategies and names of built-in ones. */
const STRATEGY_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/;

const YEAR_MS = 31_536_000_000;
/** A component without a weight has none. */
const weight = z.number().default(0);

/** The advisor that needs no key and no network, and answers in the step itself. */
export const RULES_PROVIDER = 'rules';
/** Whoever the registry names for the task and this desk has a key for. */
export const ANY_PROVIDER = 'any';

/**
 * Who advises the session: `rules`, a provider of config/models.yaml, or `any`. `model` is the only one that is asked
 * then, `tier` the least that is. `consensus` of 2 and more asks as many seats at once; `debate` asks them once more
 * where they disagree; `contrarian` hears the case against.
 */
const modelSettingsSchema = z.strictObject({
  provider: providerRecordSchema.shape.name.default(RULES_PROVIDER),
  model: modelRecordSchema.shape.id.nullable().default(null),
  tier: modelTierSchema.nullable().default(null),
  authority: z.enum(['advise', 'propose', 'executeWithinMandate']).default('propose'),
  consensus: z.number().int().min(0).max(9).default(0),
  contrarian: z.boolean().default(false),
  debate: z.boolean().default(false),
});
export type ModelSettings = z.infer<typeof modelSettingsSchema>;

/**
 * What the leverage manager of a session holds its strategy's leverage to: the standard deviation of log returns
 * a year, above which leverage is made smaller.
 */
export const leverageSettingsSchema = z.strictObject({ targetVolatility: z.number().gt(0).max(10).default(0.5) });
export type LeverageSettings = z.infer<typeof leverageSettingsSchema>;

export const asksModels = ({ provider }: Pick<ModelSettings, 'provider'>): boolean => provider !== RULES_PROVIDER;

export const strategySessionInputSchema = z.strictObject({
  /** Taken from the workflow id; one that differs is refused. */
  sessionId: z.string().regex(SESSION_ID_PATTERN).optional(),
  accountId: accountIdSchema,
  /** A strategy written out, or the id of a stored one (the name of a built-in one works too). */
  strategy: z.union([z.string().regex(STRATEGY_ID_PATTERN), strategySchema]),
  symbols: z.array(symbolSchema).min(1).max(20),
  tradingMode: tradingModeSchema,
  barIntervalMs: barIntervalMsSchema,
  market: marketSourceSchema.default({ source: 'replay', speed: 1 }),
  /** The account's own, filled in when the session opens; backtests trade the paper book. */
  venue: venueNameSchema.optional(),
  direction: directionSchema.default('longOnly'),
  durationMs: z.number().int().min(1_000).max(YEAR_MS).nullable().default(null),
  checkIntervalMs: z.number().int().min(100).max(86_400_000).default(30_000),
  components: z.array(componentNameSchema).min(1).max(5).default(['technical', 'llm']),
  /** Weights of the components, 0 or more; they must sum to 1. Absent: the desk's table. */
  weights: z
    .strictObject({ technical: weight, agent: weight, evolved: weight, online: weight, llm: weight })
    .optional(),
  model: modelSettingsSchema.prefault({}),
  /** The leverage manager, for a strategy of leverage above 1. Absent: on in paper and live, off in virtual time. */
  leverage: leverageSettingsSchema.optional(),
  /** When a person answers for an entry. Absent: by rule in live mode, else off. */
  approval: approvalSettingsSchema.optional(),
  limits: sessionLimitsSchema.default({
    positionFractionMax: 0.1,
    positionsMax: 10,
    dailyLossMaxUsd: 1_000,
    confidenceMin: 0.6,
  }),
  /** One child workflow per trading decision. Absent: true, except in backtests of more than 1,000 bars. */
  ordersAsChildren: z.boolean().optional(),
  maxHistoryEvents: z.number().int().min(50).max(40_000).default(3_000),
  startingCash: z.string().regex(MONEY_PATTERN).default('100000'),
  currency: z.enum(['USD']).default('USD'),
  costs: costsSchema.prefault({}),
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
});
export type StrategySessionInput = z.infer<typeof strategySessionInputSchema>;

export const sessionStateSchema = z.enum(['running', 'paused', 'stopping', 'readOnly']);

/** Money as decimal strings, fractions 0 to 1, `nextStepAtMs` null when no timer is set. */
export const sessionStatusSchema = z.strictObject({
  state: sessionStateSchema,
  tradingMode: tradingModeSchema,
  operatingMode: operatingModeSchema,
  bars: z.number().int(),
  signalsGenerated: z.number().int(),
  decisions: z.number().int(),
  noDecisions: z.number().int(),
  ordersSent: z.number().int(),
  tradesExecuted: z.number().int(),
  activePositions: z.number().int(),
  equity: z.string(),
  realizedPnl: z.string(),
  drawdownFraction: z.number(),
  modelCostMicroUsd: z.number().int(),
  nextStepAtMs: z.number().nullable(),
  warnings: z.array(z.string()),
  /** Orders that wait for a person, oldest first. */
  approvals: z.array(waitingOrderSchema),
  lastDecision: decisionSchema.nullable(),
});
export type SessionStatus = z.infer<typeof sessionStatusSchema>;

export const stoppedBySchema = z.enum(['endOfData', 'signal', 'duration', 'cancel']);

/** The report at the end. `sharpe`, `hitRate`, `returnOnModelCost` are null where they are undefined. */
export const sessionReportSchema = z.strictObject({
  sessionId: z.string(),
  stoppedBy: stoppedBySchema,
  stopReason: z.string(),
  strategyType: z.string(),
  symbols: z.array(z.string()),
  barIntervalMs: z.number().int(),
  bars: z.number().int(),
  gaps: z.number().int(),
  barsMissing: z.number().int(),
  decisions: z.number().int(),
  noDecisionsByReason: z.record(z.string(), z.number().int()),
  orders: z.number().int(),
  fills: z.number().int(),
  trades: z.number().int(),
  refusalsByRule: z.record(z.string(), z.number().int()),
  equityStart: z.string(),
  equityEnd: z.string(),
  realizedPnl: z.string(),
  fees: z.string(),
  funding: z.string(),
  returnFraction: z.number(),
  sharpe: z.number().nullable(),
  drawdownFractionMax: z.number(),
  hitRate: z.number().nullable(),
  modelCostMicroUsd: z.number().int(),
  returnOnModelCost: z.number().nullable(),
  /** A model that was asked for advice may remember the session's window. */
  contaminated: z.boolean().default(false),
  dataHash: z.string(),
  codeVersion: z.string(),
  resultHash: z.string(),
});
export type SessionReport = z.infer<typeof sessionReportSchema>;
