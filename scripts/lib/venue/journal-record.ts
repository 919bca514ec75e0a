/**
 * The lines of the venue's journal, one JSON object each: what an outside checker reads, and what the venue itself is
 * rebuilt from. Money, prices and quantities are decimal strings, ids are strings, instants epoch milliseconds and ISO.
 * `sequence` counts from 1 without gaps. A line is on disk before the reply that tells of it is sent.
 */
import { z } from 'zod';

const decimalString = z.string().regex(/^-?\d+(\.\d+)?$/);
const side = z.enum(['buy', 'sell']);
const origin = z.enum(['client', 'control']);
const onOrder = { account: z.string(), orderId: z.string(), clientOrderId: z.string(), symbol: z.string() };

/** The venue began to run; `mode` is what its accounts pretend to be. */
const start = z.strictObject({
  kind: z.literal('start'),
  profile: z.enum(['lifetime-unique', 'open-only']),
  mode: z.enum(['paper', 'live']),
  seed: z.number(),
});
/** An account opened with this cash. */
const account = z.strictObject({ kind: z.literal('account'), account: z.string(), cash: decimalString });
const accept = z.strictObject({
  kind: z.literal('accept'),
  ...onOrder,
  side,
  type: z.enum(['market', 'limit', 'stop', 'stop_limit']),
  orderClass: z.enum(['simple', 'bracket', 'oco', 'oto']),
  timeInForce: z.enum(['day', 'gtc', 'ioc', 'fok']),
  quantity: decimalString,
  notional: decimalString.nullable(),
  limitPrice: decimalString.nullable(),
  stopPrice: decimalString.nullable(),
  role: z.enum(['entry', 'take_profit', 'stop_loss']).nullable(),
  parentId: z.string().nullable(),
  origin,
  status: z.enum(['new', 'held']),
  expiresAtMs: z.number().nullable(),
});
/** An order that was refused; the fields are as far as they could be read. */
const reject = z.strictObject({
  kind: z.literal('reject'),
  account: z.string(),
  clientOrderId: z.string().nullable(),
  symbol: z.string().nullable(),
  side: z.string().nullable(),
  quantity: z.string().nullable(),
  origin,
  status: z.number(),
  code: z.number(),
  message: z.string(),
});
/**
 * `filledQuantity` is the order's total after it; cash and position are the
 * account's after it. `fee`: of what it brings.
 */
const fill = z.strictObject({
  kind: z.literal('fill'),
  ...onOrder,
  tradeId: z.string(),
  side,
  quantity: decimalString,
  price: decimalString,
  filledQuantity: decimalString,
  leavesQuantity: decimalString,
  fee: decimalString.optional(),
  cashAfter: decimalString,
  positionAfter: decimalString,
});
/**
 * A trade that counts no more; with a `correctedPrice` the trade `executionId` counts in its place. What follows it is
 * as in a fill; `status` is the order's after it: an order that was filled does not go on.
 */
const bust = z.strictObject({
  kind: z.literal('bust'),
  ...onOrder,
  tradeId: z.string(),
  executionId: z.string(),
  side,
  quantity: decimalString,
  price: decimalString,
  correctedPrice: decimalString.nullable(),
  filledQuantity: decimalString,
  status: z.enum(['new', 'held', 'partially_filled', 'filled', 'canceled', 'expired']),
  cashAfter: decimalString,
  positionAfter: decimalString,
});
/** A leg was sized from what its entry filled, or came to life; or a stop_limit order was triggered. */
const change = z.strictObject({
  kind: z.literal('change'),
  ...onOrder,
  quantity: decimalString,
  status: z.enum(['new', 'held', 'partially_filled']),
  triggered: z.boolean(),
  reason: z.string(),
});
const ended = { ...onOrder, filledQuantity: decimalString, reason: z.string() };
const cancel = z.strictObject({ kind: z.literal('cancel'), ...ended });
const expire = z.strictObject({ kind: z.literal('expire'), ...ended });
/** Changed by hand, without an order. */
const position = z.strictObject({
  kind: z.literal('position'),
  account: z.string(),
  symbol: z.string(),
  before: decimalString,
  after: decimalString,
  averagePrice: decimalString,
});
const cash = z.strictObject({
  kind: z.literal('cash'),
  account: z.string(),
  before: decimalString,
  after: decimalString,
});
/** Null sets the symbol free to walk again. */
const price = z.strictObject({ kind: z.literal('price'), symbol: z.string(), price: decimalString.nullable() });

const kinds = [start, account, accept, reject, fill, bust, change, cancel, expire, position, cash, price] as const;
const draftSchema = z.discriminatedUnion('kind', kinds);
const stampSchema = z.object({ sequence: z.number().int().positive(), atMs: z.number(), at: z.string() });

export type JournalDraft = z.infer<typeof draftSchema>;
export type JournalRecord = JournalDraft & z.infer<typeof stampSchema>;
export type RecordOf<Kind extends JournalDraft['kind']> = Extract<JournalRecord, { kind: Kind }>;

/** How a venue's line of this number begins: what a write that was cut off leaves of it. */
export const recordHead = (sequence: number): string => `{"sequence":${sequence},"atMs":`;

/** @throws ZodError or SyntaxError when the line is none of ours */
export function parseRecord(line: string): JournalRecord {
  const { sequence, atMs, at, ...rest } = z.looseObject(stampSchema.shape).parse(JSON.parse(line));
  return { ...draftSchema.parse(rest), sequence, atMs, at };
}
