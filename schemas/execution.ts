/**
 * Orders, fills, postings as they cross borders. Money, prices, quantities: exact decimal strings; ids: strings.
 * Long positions have a positive quantity, short ones a negative.
 */
import { z } from 'zod';
import { DECIMAL_PATTERN, decimalSchema } from './decimal.ts';

export const orderSideSchema = z.enum(['buy', 'sell']);
export type OrderSide = z.infer<typeof orderSideSchema>;
export const orderTypeSchema = z.enum(['market', 'limit', 'stop']);
export type OrderType = z.infer<typeof orderTypeSchema>;

/** entry and exit are sent by a decision; stop and target protect the entry and cancel each other. */
export const legSchema = z.enum(['entry', 'exit', 'stop', 'target', 'liquidation']);
export type Leg = z.infer<typeof legSchema>;

/**
 * Why a round trip ended. margin: its venue was near to taking it. reduce:
 * what was left after it had been halved for that.
 */
export const exitReasonSchema = z.enum([
  'signal',
  'stop',
  'target',
  'maxHold',
  'liquidation',
  'flatten',
  'manual',
  'unpaired',
  'margin',
  'reduce',
]);
export type ExitReason = z.infer<typeof exitReasonSchema>;

/** What is recorded before anything is sent. `stopPrice` triggers a stop order, `limitPrice` bounds a limit order. */
export const orderIntentSchema = z.strictObject({
  decisionId: z.string(),
  leg: legSchema,
  /** That of its decision. */
  groupId: z.string().optional(),
  clientOrderId: z.string().regex(/^[a-z0-9-]{1,36}$/),
  accountId: z.string(),
  strategyId: z.string(),
  symbol: z.string(),
  side: orderSideSchema,
  type: orderTypeSchema,
  quantity: decimalSchema,
  limitPrice: decimalSchema.nullable(),
  stopPrice: decimalSchema.nullable(),
  /** Legs only: distance in price from the entry's first fill; it fixes the leg's own price when the entry fills. */
  distanceFromEntry: decimalSchema.nullable(),
  leverage: z.number().int().min(1).max(10),
  reduceOnly: z.boolean(),
  /** Close of the deciding bar: what the order was sized and checked by, and its value while it is unfilled. */
  referencePrice: decimalSchema.optional(),
  /** Orders that may close a position: the reason its closed trade will carry. Absent: `signal`. */
  exitReason: exitReasonSchema.optional(),
  createdAtMs: z.number().int(),
});
export type OrderIntent = z.infer<typeof orderIntentSchema>;

/** States of an order; the table of allowed moves is `domain/execution/order-state.ts`. */
export const orderStateSchema = z.enum([
  'PROPOSED',
  'GATED',
  'DENIED',
  'INTENT',
  'CLAIMED',
  'SENT',
  'ACKED',
  'REJECTED',
  'UNKNOWN',
  'PARTIAL',
  'FILLED',
  'CANCEL_SENT',
  'CANCEL_UNKNOWN',
  'CANCELED',
  'EXPIRED',
  'ABSENT',
  'MANUAL',
]);
export type OrderState = z.infer<typeof orderStateSchema>;

/** States that no order leaves; an order in any other state may still change. */
export const FINAL_ORDER_STATES: readonly OrderState[] = [
  'DENIED',
  'REJECTED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'ABSENT',
];

export const orderSchema = orderIntentSchema.extend({
  sessionId: z.string().nullable(),
  venue: z.string(),
  venueOrderId: z.string().nullable(),
  simulated: z.boolean(),
  state: orderStateSchema,
  quantityFilled: decimalSchema,
  /** Market time at which the order began to work: it can fill from the next bar that opens at or after this. */
  sentAtMs: z.number().int().nullable(),
  /** Stop orders: open of the bar that touched the stop. What is left after it works like a market order. */
  triggeredAtMs: z.number().int().nullable().optional(),
});
export type Order = z.infer<typeof orderSchema>;

export const fillSchema = z.strictObject({
  venue: z.string(),
  accountId: z.string(),
  tradeId: z.string(),
  clientOrderId: z.string(),
  strategyId: z.string(),
  symbol: z.string(),
  side: orderSideSchema,
  quantity: decimalSchema,
  price: decimalSchema,
  /** Positive when paid; a fill that takes another one back returns its fee. */
  fee: decimalSchema,
  /**
   * Taken of the traded coin itself, its value at the fill's price is in
   * `fee`: a buy brings so much less. Absent: none.
   */
  feeQuantity: decimalSchema.optional(),
  atMs: z.number().int(),
  /** Trade id of a fill that the venue has busted and this one takes back, to the other side. Absent: a fill. */
  takesBack: z.string().nullable().optional(),
});
export type Fill = z.infer<typeof fillSchema>;

/** One leg of a double-entry posting; the entries of one `postingId` sum to zero. */
export const ledgerEntrySchema = z.strictObject({
  postingId: z.string(),
  entryId: z.string(),
  accountId: z.string(),
  book: z.string(),
  kind: z.enum(['deposit', 'fill', 'fee', 'funding', 'realizedPnl', 'liquidation']),
  amount: decimalSchema,
  currency: z.string(),
  clientOrderId: z.string().nullable(),
  tradeId: z.string().nullable(),
  atMs: z.number().int(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** The round trip a position is in: what was entered and left since it was flat, all of positive magnitude. */
export const tripSchema = z.strictObject({
  /** Decision, session and venue of the order that opened it; a liquidation order inherits them. */
  decisionId: z.string(),
  sessionId: z.string().nullable(),
  venue: z.string(),
  simulated: z.boolean(),
  entryQuantity: decimalSchema,
  entryValue: decimalSchema,
  exitQuantity: decimalSchema,
  exitValue: decimalSchema,
  realizedPnl: decimalSchema,
  fees: decimalSchema,
  funding: decimalSchema,
});
export type TripRow = z.infer<typeof tripSchema>;

/** `realizedPnl`, `fees` and `funding` (positive = paid) add up over the life of the row, `trip` since it was flat. */
export const positionSchema = z.strictObject({
  accountId: z.string(),
  strategyId: z.string(),
  symbol: z.string(),
  quantity: decimalSchema,
  /** Signed cost of what is held: Σ quantity × price, exact. `averagePrice` = cost / quantity. */
  cost: decimalSchema,
  averagePrice: decimalSchema,
  markPrice: decimalSchema,
  leverage: z.number().int().min(1).max(10),
  realizedPnl: decimalSchema,
  fees: decimalSchema,
  funding: decimalSchema,
  openedAtMs: z.number().int().nullable(),
  /** Funding instants up to and including this one are settled. */
  fundingDoneMs: z.number().int().nullable().optional(),
  trip: tripSchema.nullable().optional(),
});
export type Position = z.infer<typeof positionSchema>;

/** A round trip from flat to flat of one (account, strategy, symbol). `pnl` is net of fees and funding. */
export const closedTradeSchema = z.strictObject({
  tradeId: z.string(),
  symbol: z.string(),
  strategyId: z.string(),
  side: z.enum(['long', 'short']),
  quantity: decimalSchema,
  entryAtMs: z.number().int(),
  entryPrice: decimalSchema,
  exitAtMs: z.number().int(),
  exitPrice: decimalSchema,
  pnl: decimalSchema,
  fees: decimalSchema,
  /** Funding paid (positive) or received (negative) on the way. */
  funding: decimalSchema.optional(),
  /** The decision that opened the round trip. */
  decisionId: z.string().optional(),
  exitReason: exitReasonSchema,
});
export type ClosedTrade = z.infer<typeof closedTradeSchema>;

/** What trading costs at the paper broker and in simulation. Basis points of price; volume as a fraction per bar. */
export const costsSchema = z.strictObject({
  commissionBps: z.number().min(0).max(1_000).default(5),
  halfSpreadBps: z.number().min(0).max(1_000).default(1),
  slippageBps: z.number().min(0).max(1_000).default(2),
  volumeFractionMax: z.number().gt(0).max(1).default(0.025),
  quantityStep: decimalSchema
    .refine((text) => !DECIMAL_PATTERN.test(text) || Number(text) > 0, 'a decimal string above 0')
    .default('0.00000001'),
  /** Paid by longs to shorts at 00, 08 and 16 UTC on the marked value of leveraged positions. */
  fundingRate: z.number().min(-0.1).max(0.1).default(0),
  maintenanceMarginFraction: z.number().gt(0).max(0.5).default(0.01),
});
export type Costs = z.infer<typeof costsSchema>;
