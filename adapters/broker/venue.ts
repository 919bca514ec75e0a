/**
 * The port to a venue over the network: single orders, one shot each, and the reads that reconcile them. It keeps no
 * state and decides nothing: what an answer proves is domain/execution/outcome-table.ts, what follows is the engine's.
 * Implementations: alpaca/, ccxt/. Every quantity and price is a decimal string, every id a string.
 */
import type { Order } from '../../schemas/execution.ts';
import type {
  CancelOutcome,
  LookUp,
  SendOutcome,
  VenueAnswer,
  VenueBust,
  VenueFill,
  VenueOrder,
  VenuePosition,
} from '../../schemas/venue.ts';

export type {
  CancelOutcome,
  LookUp,
  SendOutcome,
  VenueAnswer,
  VenueBust,
  VenueFill,
  VenueOrder,
  VenuePosition,
} from '../../schemas/venue.ts';

/** `taken`: the venue took the cancel of these orders. `refused`: those it would not cancel, with its status. */
export type CancelAllOutcome =
  | {
      readonly kind: 'taken';
      readonly venueOrderIds: readonly string[];
      readonly refused: readonly { readonly venueOrderId: string; readonly status: string }[];
    }
  | { readonly kind: 'ambiguous'; readonly reason: string };

/** `toldMode` is what the venue itself says of the account; null where it does not. */
export type VenueIdentity = {
  readonly accountId: string;
  readonly host: string;
  readonly mode: 'paper' | 'live';
  readonly toldMode: 'paper' | 'live' | null;
};

/** `offsetMs`: how far the venue's clock is ahead of ours, known to within half of `roundTripMs`. */
export type VenueClock = { readonly venueMs: number; readonly offsetMs: number; readonly roundTripMs: number };
export type VenueCash = { readonly cash: string; readonly currency: string };

/** Asked when the connection stands, directly before the first byte: null to go on, or the reason not to. */
export type SendGuard = () => Promise<string | null>;

export type Venue = {
  readonly name: string;
  readonly mode: 'paper' | 'live';
  /** Out on the net, where prices are those of now whatever bars the desk has stored; not a venue of one's own. */
  readonly isPublic: boolean;
  /** How long a client order id stays taken: for life, or only while its order is open. */
  readonly idProfile: 'lifetime-unique' | 'open-only';
  readonly identity: () => Promise<VenueAnswer<VenueIdentity>>;
  /** The step in which it takes the quantity of an order like this; null: any, or not known now. */
  readonly lot: (order: Pick<Order, 'symbol' | 'leg' | 'quantity'>) => Promise<string | null>;
  /** Sends once, never again. `deadlineMs` (epoch ms): no byte leaves after it. */
  readonly send: (order: Order, deadlineMs: number, guard?: SendGuard) => Promise<SendOutcome>;
  readonly lookUp: (clientOrderId: string) => Promise<LookUp>;
  readonly openOrders: () => Promise<VenueAnswer<readonly VenueOrder[]>>;
  /** All fills at or after the instant, in the venue's order. */
  readonly fills: (sinceMs: number) => Promise<VenueAnswer<readonly VenueFill[]>>;
  /** Trades that the venue has busted or corrected, told at or after the instant; none where it knows no such thing. */
  readonly busts: (sinceMs: number) => Promise<VenueAnswer<readonly VenueBust[]>>;
  readonly positions: () => Promise<VenueAnswer<readonly VenuePosition[]>>;
  readonly cash: () => Promise<VenueAnswer<VenueCash>>;
  readonly cancel: (order: Order) => Promise<CancelOutcome>;
  readonly cancelAll: () => Promise<CancelAllOutcome>;
  readonly clock: () => Promise<VenueAnswer<VenueClock>>;
};
