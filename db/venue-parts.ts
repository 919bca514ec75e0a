/** What the book of record behind a network venue is made of, and the right to send that it hands out. */
import type { Order } from '../schemas/execution.ts';
import type { PaperParts } from './paper-book.ts';
import type { Database } from './tables.ts';

/** An order that may leave once, under this epoch, before this instant. */
export type SendClaim = { readonly order: Order; readonly epoch: number; readonly sendBeforeMs: number };

export type VenueStoreParts = {
  readonly db: Database;
  readonly killFile: () => string | null;
  readonly nowMs: () => number;
  /** How long the venue keeps a client order id taken. */
  readonly idProfile: 'lifetime-unique' | 'open-only';
};

export type VenueTakeParts = VenueStoreParts & Pick<PaperParts, 'costs' | 'desk'>;
