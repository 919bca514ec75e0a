/**
 * What a session's workflow and its activities tell each other. Small by rule: bars, books and decisions stay in
 * Postgres; histories carry a cursor, counters and the orders that need a child workflow.
 */
import { z } from 'zod';
import { approvalRequestSchema } from './approval.ts';
import { decisionSchema } from './decision.ts';
import { orderIntentSchema, orderStateSchema, positionSchema } from './execution.ts';
import { operatingModeSchema } from './governance.ts';
import { adviceAnswerSchema, awaitedAdviceSchema } from './llm/advice-slot.ts';
import { proposalToAssessSchema } from './llm/proposal-assessment.ts';
import { sessionLimitsSchema } from './risk.ts';
import { strategySchema } from './signals.ts';

/** What was learnt of a strategy's leverage: closed trades by leverage and regime, sums of returns on the notional. */
const leverageCountSchema = z.strictObject({
  leverage: z.number().int(),
  regime: z.string().nullable(),
  trades: z.number().int(),
  wins: z.number().int(),
  winSum: z.number(),
  lossSum: z.number(),
});

/**
 * A network that holds a seat: the run that has trained it, what its weights hash to, the sides it was trained for and
 * the temperature of its probabilities.
 */
export const seatedAgentSchema = z.strictObject({
  runId: z.string(),
  weightsHash: z.string(),
  direction: z.enum(['longOnly', 'shortOnly', 'longShort']),
  dueling: z.boolean(),
  temperature: z.number(),
});
export type SeatedAgent = z.infer<typeof seatedAgentSchema>;

/** One opened run of a session: which rows are its own, and the fence that keeps zombies out (`epoch`). */
export const sessionHandleSchema = z.strictObject({
  sessionId: z.string(),
  workflowId: z.string(),
  run: z.number().int(),
  epoch: z.number().int(),
  accountId: z.string(),
  strategyId: z.string(),
  strategy: strategySchema,
  openedAtMs: z.number().int(),
  barsTotal: z.number().int(),
  ordersAsChildren: z.boolean(),
  operatingMode: operatingModeSchema,
  /** Open of the last bar known when the session opened: bars that came later are not walked. */
  dataEndsAtMs: z.number(),
  /** Of a session that follows a live market: how many instants of the past it opened with. It walks those after. */
  pastInstants: z.number().int().nonnegative().optional(),
  /** Bred strategies that vote beside the session's own, by symbol. */
  evolved: z.record(z.string(), strategySchema).optional(),
  /** Networks that vote beside the session's strategy, by symbol. */
  agents: z.record(z.string(), seatedAgentSchema).optional(),
  /** Networks that the leverage of an entry begins with, by symbol, where the session's leverage is managed. */
  leverageAgents: z.record(z.string(), seatedAgentSchema).optional(),
  /** Of a session in virtual time: what the strategy's trades had taught before its first bar, by pattern. */
  online: z
    .record(z.string(), z.strictObject({ trades: z.number().int(), wins: z.number().int(), returnSum: z.number() }))
    .optional(),
  /** And how the strategy stood by then. */
  onlineHealth: z
    .strictObject({ health: z.enum(['healthy', 'degraded', 'unknown']), reasons: z.array(z.string()) })
    .optional(),
  /** Of a session in virtual time whose leverage is managed: what it had earned before its first bar. */
  leverageRecord: z.array(leverageCountSchema).optional(),
});
export type SessionHandle = z.infer<typeof sessionHandleSchema>;

/** Figures of the session so far; money as decimal strings. */
export const sessionProgressSchema = z.strictObject({
  bars: z.number().int(),
  signalsGenerated: z.number().int(),
  decisions: z.number().int(),
  noDecisions: z.number().int(),
  ordersSent: z.number().int(),
  tradesExecuted: z.number().int(),
  equity: z.string(),
  realizedPnl: z.string(),
  drawdownFraction: z.number(),
  regime: z.string().nullable(),
  asOfMs: z.number().nullable(),
  /** What its questions to models have cost so far, in whole micro-USD; absent where nobody is paid. */
  modelCostMicroUsd: z.number().int().exactOptional(),
});
export type SessionProgress = z.infer<typeof sessionProgressSchema>;

/** An order of a child workflow that changed: `childId` is the workflow to tell. */
export const orderChangeSchema = z.strictObject({
  childId: z.string(),
  clientOrderId: z.string(),
  state: orderStateSchema,
  quantityFilled: z.string(),
});
export type OrderChange = z.infer<typeof orderChangeSchema>;

/** What a child tells its session once its orders are at work or refused. */
export const orderReportSchema = z.strictObject({
  decisionId: z.string(),
  approved: z.boolean(),
  changes: z.array(orderChangeSchema),
});
export type OrderReport = z.infer<typeof orderReportSchema>;

/** The workflow that carries the orders of decision number `sequence` of a session. */
export const orderChildId = (sessionWorkflowId: string, sequence: number): string =>
  `${sessionWorkflowId}/order:${sequence}`;

/** A decision whose orders a child workflow is to record and send. */
export const orderHandOverSchema = z.strictObject({
  childId: z.string(),
  decisionId: z.string(),
  summary: z.string(),
  intents: z.array(orderIntentSchema).min(1).max(3),
  /** A person answers for it first. */
  approval: approvalRequestSchema.optional(),
});
export type OrderHandOver = z.infer<typeof orderHandOverSchema>;

/**
 * `cursor` = instants walked so far; `stepsMax` bars are walked at most. `dueOnly`: walk only bars that real time has
 * closed (paper); a tick and a backtest take the next bar at once. `answers`: what the last walk awaits, decided first.
 */
export const walkRequestSchema = z.strictObject({
  handle: sessionHandleSchema,
  cursor: z.number().int().nonnegative(),
  stepsMax: z.number().int().min(0),
  dueOnly: z.boolean(),
  limits: sessionLimitsSchema,
  answers: z.array(adviceAnswerSchema).exactOptional(),
});
export type WalkRequest = z.infer<typeof walkRequestSchema>;

/** What a look at a live market found. `known` = instants at hand, those of the past included. Instants: wall time. */
export const marketNewsSchema = z.strictObject({
  known: z.number().int(),
  nextBarAtMs: z.number().nullable(),
  overdue: z.boolean(),
  staleAtMs: z.number().nullable(),
  closedUntilMs: z.number().nullable(),
  /** Every market that is open has been silent for too long: nothing is opened. */
  silent: z.boolean(),
  /** What a person should know of the feeds now; gone when it is no longer so. */
  warnings: z.array(z.string()),
});
export type MarketNews = z.infer<typeof marketNewsSchema>;

export const walkResultSchema = z.strictObject({
  cursor: z.number().int(),
  finished: z.boolean(),
  nextDueAtMs: z.number().nullable(),
  progress: sessionProgressSchema,
  decisions: z.array(decisionSchema),
  positions: z.array(positionSchema),
  changes: z.array(orderChangeSchema),
  handOver: z.array(orderHandOverSchema),
  /** Workflow ids of orders that are to cancel what is at work of them; absent where there are none. */
  cancels: z.array(z.string()).optional(),
  /** The mode that it was walked under, where that is not the handle's any more. */
  operatingMode: operatingModeSchema.exactOptional(),
  /** Advice that the last instant waits for; absent where none is. */
  awaited: z.array(awaitedAdviceSchema).exactOptional(),
  /** Entries proposed by a model, decided by now, that another question is asked about; absent where there are none. */
  proposals: z.array(proposalToAssessSchema).exactOptional(),
});
export type WalkResult = z.infer<typeof walkResultSchema>;
