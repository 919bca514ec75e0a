/**
 * The columns of files of bars and of quotes, and the names they go by:
 *   time: time, timestamp, date, datetime, open time (open_time, openTime, openTimeMs), t · open: open, o ·
 *   high: high, h · low: low, l · close: close, c, last · volume: volume, vol, v, base volume.
 * A quote file has one bid and one ask a row (bid, ask, bid_size, ask_size), or bars of both sides (bid_open and so on,
 * to ask_close).
 */
import type { ColumnSet } from './columns.ts';

export const BAR_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
export type BarColumn = (typeof BAR_COLUMNS)[number];

const TIME_NAMES = ['time', 'timestamp', 'date', 'datetime', 'opentime', 'opentimems', 't'] as const;

export const BAR_FILE: ColumnSet<BarColumn> = {
  what: 'a bar file',
  required: BAR_COLUMNS,
  letters: ['o', 'h', 'l', 'c'],
  names: {
    time: TIME_NAMES,
    open: ['open', 'o'],
    high: ['high', 'h'],
    low: ['low', 'l'],
    close: ['close', 'c', 'last'],
    volume: ['volume', 'vol', 'v', 'basevolume'],
  },
};

export type QuoteColumn = 'time' | 'bid' | 'ask' | 'bidSize' | 'askSize';

const SIZES = { bidSize: ['bidsize', 'bidqty', 'bs'], askSize: ['asksize', 'askqty', 'as'] } as const;

export const QUOTE_FILE: ColumnSet<QuoteColumn> = {
  what: 'a quote file',
  required: ['time', 'bid', 'ask'],
  letters: [],
  names: {
    time: [...TIME_NAMES, 'at', 'atms'],
    bid: ['bid', 'bidprice', 'bp'],
    ask: ['ask', 'askprice', 'ap'],
    ...SIZES,
  },
};

export const QUOTE_BAR_PRICES = [
  'bidOpen',
  'bidHigh',
  'bidLow',
  'bidClose',
  'askOpen',
  'askHigh',
  'askLow',
  'askClose',
] as const;
export type QuoteBarPrice = (typeof QUOTE_BAR_PRICES)[number];
export type QuoteBarColumn = 'time' | QuoteBarPrice | 'bidSize' | 'askSize';

export const QUOTE_BAR_FILE: ColumnSet<QuoteBarColumn> = {
  what: 'a file of quote bars',
  required: ['time', ...QUOTE_BAR_PRICES],
  letters: [],
  names: {
    time: TIME_NAMES,
    bidOpen: ['bidopen'],
    bidHigh: ['bidhigh'],
    bidLow: ['bidlow'],
    bidClose: ['bidclose'],
    askOpen: ['askopen'],
    askHigh: ['askhigh'],
    askLow: ['asklow'],
    askClose: ['askclose'],
    ...SIZES,
  },
};
