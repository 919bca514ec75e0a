/**
 * What the answer to an order proves, venue by venue. A status is definitive only where the venue proves with it that
 * the order is taken, or that it is not and will not be; everything else proves nothing and is settled by look-up.
 * An order is sent once, so a refusal speaks of this very sending. Not here: what an ambiguous order becomes.
 */

/** A family is a venue, or an exchange that is reached through ccxt; each proves by codes of its own. */
export type VenueFamily = 'alpaca' | 'ccxt-binance';

/**
 * `order` of a reply: `ours` = it carries the order that was sent, and the order stands; `refused` = it carries it as
 * rejected; `none` = anything else, garbage included. `code` and `message` are the venue's, null where it gave none.
 */
export type SendEvidence =
  | { readonly kind: 'failure'; readonly phase: 'beforeSend' | 'unknown' | 'afterSend'; readonly reason: string }
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly code: string | null;
      readonly message: string | null;
      readonly order: 'ours' | 'refused' | 'none';
    };

export type SendProof =
  | { readonly proves: 'accepted' }
  | { readonly proves: 'rejected'; readonly code: string; readonly reason: string }
  | { readonly proves: 'nothing'; readonly reason: string };

/** One proof of refusal: all that is named must fit. `codes` absent: whatever the code. */
type RefusalRow = {
  readonly status: number;
  readonly codes?: readonly (string | null)[];
  readonly message?: RegExp;
  /** A message that takes the proof away. */
  readonly unless?: RegExp;
  readonly as: string;
};
type OutcomeTable = { readonly acceptedStatuses: readonly number[]; readonly refusals: readonly RefusalRow[] };

/** "client_order_id must be unique" says that an order of that name was taken: perhaps this one. */
const NAMES_THE_CLIENT_ID = /client[\s_-]*order[\s_-]*id/i;
const SAYS_SOMETHING = /\S/;

/** "Duplicate order sent." says the same at Binance. */
const SAYS_DUPLICATE = /duplicate/i;

/** Of orders that were looked at and not taken: a filter, a field, a symbol (spot); the last ones of futures only. */
const BINANCE_INVALID = ['-1013', '-1100', '-1102', '-1104', '-1106', '-1111', '-1115', '-1116', '-1117', '-1121'];
const BINANCE_INVALID_FUTURES = ['-4003', '-4004', '-4005', '-4014', '-4023', '-4024', '-4061', '-4131', '-4164'];
/** -2010 is the refusal of the matching engine of spot, -2018 to -2022 are those of futures. */
const BINANCE_REFUSED = ['-2010', '-2018', '-2019', '-2021', '-2022'];

/**
 * Alpaca: 403 with 4031xxxx is its refusal of a trade (buying power, shorting, wash trade, day trading); 422 with
 * 40010000, 40010001 or 42210000 its refusal of a field. 401, and 403 "forbidden", refuse the key before the order is
 * looked at. 400, 404, 408, 429 and 5xx may come from a machine in between, when the order has already passed.
 * Binance: 400 with one of its codes refuses the order, 400 or 401 with -1022, -2014 or -2015 the key, -1021 the time
 * of the request. -1006 and -1007 say "execution status unknown"; -1000, -1001, -1003, -1008, -1015, a duplicate id and
 * everything without a code prove nothing, whatever class ccxt makes of them.
 */
export const OUTCOME_TABLES: Readonly<Record<VenueFamily, OutcomeTable>> = {
  alpaca: {
    acceptedStatuses: [200, 201],
    refusals: [
      { status: 401, as: 'AUTH' },
      {
        status: 403,
        codes: [null, '40110000', '40310000'],
        message: /^(request )?(is )?(forbidden|not authorized)/i,
        as: 'AUTH',
      },
      { status: 403, codes: ['40310000', '40310100'], unless: NAMES_THE_CLIENT_ID, as: 'VENUE_REFUSED' },
      {
        status: 422,
        codes: ['40010000', '40010001', '42210000'],
        message: SAYS_SOMETHING,
        unless: NAMES_THE_CLIENT_ID,
        as: 'VENUE_INVALID',
      },
    ],
  },
  'ccxt-binance': {
    acceptedStatuses: [200],
    refusals: [
      { status: 401, codes: ['-2014', '-2015', '-1022'], as: 'AUTH' },
      { status: 400, codes: ['-2014', '-2015', '-1022'], as: 'AUTH' },
      { status: 400, codes: ['-1021'], as: 'CLOCK_DRIFT' },
      { status: 400, codes: BINANCE_REFUSED, message: SAYS_SOMETHING, unless: SAYS_DUPLICATE, as: 'VENUE_REFUSED' },
      {
        status: 400,
        codes: [...BINANCE_INVALID, ...BINANCE_INVALID_FUTURES],
        unless: SAYS_DUPLICATE,
        as: 'VENUE_INVALID',
      },
    ],
  },
};

/** Codes of a refusal: NOT_SENT (no byte left), VENUE_REJECTED (the venue's order is rejected), and the table's. */
export function proofOfSend(family: VenueFamily, evidence: SendEvidence): SendProof {
  if (evidence.kind === 'failure') return proofOfFailure(evidence.phase, evidence.reason);
  const { acceptedStatuses, refusals } = OUTCOME_TABLES[family];
  const { status, code, message, order } = evidence;
  const told = toldOf(status, code, message);
  if (acceptedStatuses.includes(status)) {
    if (order === 'ours') return { proves: 'accepted' };
    if (order === 'refused') return { proves: 'rejected', code: 'VENUE_REJECTED', reason: told };
    return { proves: 'nothing', reason: `${told}, without the order that was sent` };
  }
  const row = refusals.find((one) => fits(one, status, code, message ?? ''));
  return row === undefined ? { proves: 'nothing', reason: told } : { proves: 'rejected', code: row.as, reason: told };
}

function proofOfFailure(phase: 'beforeSend' | 'unknown' | 'afterSend', reason: string): SendProof {
  if (phase === 'beforeSend') return { proves: 'rejected', code: 'NOT_SENT', reason };
  return { proves: 'nothing', reason };
}

const fits = (row: RefusalRow, status: number, code: string | null, message: string): boolean =>
  row.status === status &&
  (row.codes?.includes(code) ?? true) &&
  (row.message?.test(message) ?? true) &&
  !(row.unless?.test(message) ?? false);

function toldOf(status: number, code: string | null, message: string | null): string {
  const parts = [`HTTP ${status}`, ...(code === null ? [] : [code]), ...(message === null ? [] : [message])];
  return parts.join(' ');
}
