/**
 * What a venue says, in our words: its orders, fills and positions, and the answers to our questions. Quantities and
 * prices are decimal strings, ids are strings, instants epoch ms. A venue's own wire format stays in its adapter.
 */
import { z } from 'zod';
import { decimalSchema } from './decimal.ts';
import { orderSideSchema } from './execution.ts';

/** `paper` is the desk's own book, the others are reached over the network. */
export const VENUE_NAMES = ['paper', 'alpaca-paper', 'alpaca-live', 'ccxt-paper', 'ccxt-live'] as const;
export const venueNameSchema = z.enum(VENUE_NAMES);
export type VenueName = z.infer<typeof venueNameSchema>;

/** The states a venue can prove; a subset of the states of an order. */
export const venueOrderStateSchema = z.enum(['ACKED', 'PARTIAL', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED']);
export type VenueOrderState = z.infer<typeof venueOrderStateSchema>;

export const venueOrderSchema = z.strictObject({
  venueOrderId: z.string(),
  clientOrderId: z.string(),
  symbol: z.string(),
  side: orderSideSchema,
  /** Of an order by value, which is never ours: what it has filled so far. */
  quantity: decimalSchema,
  quantityFilled: decimalSchema,
  /** Average over the fills; null before the first. */
  averagePrice: decimalSchema.nullable(),
  limitPrice: decimalSchema.nullable(),
  stopPrice: decimalSchema.nullable(),
  state: venueOrderStateSchema,
  /** The venue's own word, for reports. */
  venueStatus: z.string(),
  submittedAtMs: z.number().int().nullable(),
});
export type VenueOrder = z.infer<typeof venueOrderSchema>;

/**
 * `fee`: in the quote currency, null where the venue tells it elsewhere or later. `feeQuantity`: what the venue took of
 * the traded coin itself, so that a buy brings less than it filled; absent: nothing. `isFeeUntold`: it takes its fee of
 * what the fill brings, coins of a buy or money of a sale, and does not say how much.
 */
export const venueFillSchema = z.strictObject({
  tradeId: z.string(),
  venueOrderId: z.string(),
  symbol: z.string(),
  side: orderSideSchema,
  quantity: decimalSchema,
  price: decimalSchema,
  fee: decimalSchema.nullable(),
  feeQuantity: decimalSchema.optional(),
  isFeeUntold: z.literal(true).optional(),
  atMs: z.number().int(),
});
export type VenueFill = z.infer<typeof venueFillSchema>;

/**
 * A trade that the venue has busted: it counts no more. A correction names the trade that counts in its place.
 * `executionId`: the venue's name of the execution, which is the end of its trade id.
 */
export const venueBustSchema = z.strictObject({
  executionId: z.string(),
  venueOrderId: z.string(),
  symbol: z.string(),
  replacement: venueFillSchema.nullable(),
  atMs: z.number().int(),
});
export type VenueBust = z.infer<typeof venueBustSchema>;

/**
 * Long positions have a positive quantity, short ones a negative. `averagePrice` is null where the venue tells none.
 */
export const venuePositionSchema = z.strictObject({
  symbol: z.string(),
  quantity: decimalSchema,
  averagePrice: decimalSchema.nullable(),
});
export type VenuePosition = z.infer<typeof venuePositionSchema>;

/** A read that either came back whole or says why not. A failed read is never an empty one. */
export type VenueAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'failed'; readonly reason: string };

/** `notFound` is the venue's own clean answer; every doubt is `failed`. */
export type LookUp =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * `rejected` is proven: the venue does not have the order and will not. Its code NOT_SENT: no byte of it
 * left, and it may be tried again; NOT_SENDABLE: it cannot be written as the venue wants it, nothing left.
 * `ambiguous` proves nothing: the order may live, and only a look-up tells.
 */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly order: VenueOrder }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  | { readonly kind: 'ambiguous'; readonly reason: string };

/** `canceled` and `tooLate` carry the order in its final state; `ambiguous` also when the cancel is not final yet. */
export type CancelOutcome =
  | { readonly kind: 'canceled'; readonly order: VenueOrder }
  | { readonly kind: 'tooLate'; readonly order: VenueOrder }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'ambiguous'; readonly reason: string };
