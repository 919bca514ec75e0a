/** The ports of the order engine: the book of record, the venue, a clock. A simulation supplies its own. */
import type { Venue } from '../../adapters/broker/venue.ts';
import type { VenueStore } from '../../db/venue-store.ts';

export type VenueOrderParts = {
  readonly store: Pick<
    VenueStore,
    | 'orders'
    | 'claim'
    | 'takeOver'
    | 'mayStillSend'
    | 'noteSendOutcome'
    | 'take'
    | 'fillsOf'
    | 'evidence'
    | 'noteVerdict'
    | 'beginCancel'
    | 'noteCancelUnknown'
    | 'noteBadReport'
    | 'inTheWayOf'
    | 'frozen'
    | 'isOvertaken'
    | 'decisionsWithLegs'
    | 'unknownVenueOrders'
    | 'changesOf'
    | 'booksFor'
  >;
  readonly venue: Pick<
    Venue,
    'name' | 'lot' | 'send' | 'lookUp' | 'openOrders' | 'fills' | 'busts' | 'positions' | 'cash' | 'cancel'
  >;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};
