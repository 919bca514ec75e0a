/**
 * The port to a venue. What is promised: an order is sent at most once under its client order id; what a venue said is
 * returned as the orders' new states; a repeated call finds what is there. The paper broker lives in Postgres
 * (db/paper-broker.ts); venues over the network are driven by activities/order/venue-orders.ts.
 */
import type { GateReason } from '../../schemas/decision.ts';
import type { Order } from '../../schemas/execution.ts';
import type { OrderChange } from '../../schemas/session-walk.ts';

/** `own`: all orders of the decision as they are now; `elsewhere`: orders of other decisions that changed with it. */
export type BrokerAnswer = {
  readonly own: readonly Order[];
  readonly elsewhere: readonly OrderChange[];
  /** Why nothing was sent: the orders are ABSENT then. */
  readonly refusal: GateReason | null;
};

/** A price to fill market orders at once: the last known close. Absent: they wait for the next bar. */
export type Quote = { readonly price: number; readonly volume: number; readonly atMs: number };

export type Broker = {
  readonly venue: string;
  /**
   * Claims and sends a decision's recorded orders, unless a kill flag or the end of their session forbids it.
   * `beginsAtMs`: the market's time where it has moved on since the decision, for a book that goes by it.
   */
  readonly submit: (decisionId: string, quote: Quote | null, beginsAtMs?: number | null) => Promise<BrokerAnswer>;
  /** Cancels what of the decision neither protects a position nor has filled. */
  readonly cancel: (decisionId: string, reason: string) => Promise<BrokerAnswer>;
  /** The decision's orders as the venue has them now. */
  readonly look: (decisionId: string) => Promise<BrokerAnswer>;
};
