/**
 * One way to a person. `deliver` is told an alert at least once: after a kill between delivery and its note it comes
 * again with the same sequence, by which the other side knows it.
 */
import type { Alert } from '../../schemas/alert.ts';

export type Delivery =
  | { readonly kind: 'delivered' }
  /** Not, or not surely: it is delivered again, `afterMs` later at the earliest (null: when the desk sees fit). */
  | { readonly kind: 'failed'; readonly reason: string; readonly afterMs: number | null };

export type AlertChannel = {
  /** Names its cursor: a channel that goes elsewhere has another name. */
  readonly name: string;
  /** Never throws for what the other side does. */
  readonly deliver: (alert: Alert) => Promise<Delivery>;
};
