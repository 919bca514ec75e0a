/**
 * The contract of one order: by hand or from a session, what it reports, how it ends. No field switches a check off.
 */
import { z } from 'zod';
import { decimalSchema } from './decimal.ts';
import { gateReasonSchema } from './decision.ts';
import { orderIntentSchema, orderSchema, orderSideSchema, orderTypeSchema } from './execution.ts';
import { barIntervalMsSchema, marketSourceSchema, symbolSchema } from './market.ts';
import { accountIdSchema } from './strategy-session.ts';
import { venueNameSchema } from './venue.ts';

/** An order by hand or from a tool: sized by fraction of equity or by quantity, protected by 2 ATR unless told. */
export const manualOrderInputSchema = z.strictObject({
  accountId: accountIdSchema,
  symbol: symbolSchema,
  side: orderSideSchema,
  sizeFraction: z.number().gt(0).max(1).optional(),
  quantity: decimalSchema.optional(),
  orderType: orderTypeSchema.default('market'),
  limitPrice: decimalSchema.optional(),
  /** Price at which an order of type `stop` goes to the market. */
  triggerPrice: decimalSchema.optional(),
  stop: decimalSchema.optional(),
  target: decimalSchema.optional(),
  leverage: z.number().int().min(1).max(10).default(1),
  reasoning: z
    .string()
    .min(1)
    .max(4_000)
    .refine((text) => !text.includes('\u0000'), 'text without NUL characters'),
  origin: z.enum(['manual', 'ai']).default('manual'),
  /** The account's own; a venue that is given must be it. */
  venue: venueNameSchema.optional(),
  market: marketSourceSchema.default({ source: 'replay', speed: 1 }),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  checkIntervalMs: z.number().int().min(100).max(86_400_000).default(30_000),
});
export type ManualOrderInput = z.infer<typeof manualOrderInputSchema>;

/** What a session hands over: a decision it has recorded, with its intents, not yet committed. */
export const sessionOrderInputSchema = z.strictObject({
  origin: z.literal('session'),
  sessionId: z.string(),
  sessionWorkflowId: z.string(),
  accountId: z.string(),
  /** The session's fence: an order of an earlier run is refused. */
  epoch: z.number().int(),
  decisionId: z.string(),
  intents: z.array(orderIntentSchema).min(1).max(3),
});
export type SessionOrderInput = z.infer<typeof sessionOrderInputSchema>;

/** `state` of the whole: refused by the gate, at work, or done (every order of it is in a final state). */
export const orderExecutionStatusSchema = z.strictObject({
  state: z.enum(['checking', 'refused', 'working', 'done']),
  decisionId: z.string(),
  reasons: z.array(gateReasonSchema),
  orders: z.array(orderSchema),
});
export type OrderExecutionStatus = z.infer<typeof orderExecutionStatusSchema>;
