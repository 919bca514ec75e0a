/**
 * What to do about each problem of market data, where the place that found it knows nothing closer: no such problem is
 * told without a hint. Codes of other parts are not here.
 */
export const MARKET_HINTS = {
  DATA_EMPTY: 'is it the right file, symbol and range? npm run bars -- list shows what is stored',
  DATA_COLUMN_MISSING: 'name the columns time, open, high, low, close, volume in the first line',
  DATA_COLUMN_DUPLICATE: 'keep one of them and rename or remove the other',
  DATA_COLUMN_COUNT: 'a comma too many or too few, or a line that was cut off',
  DATA_NOT_A_NUMBER: 'write the number out, or leave the bar out: a gap is told, never filled',
  DATA_NUMBER_FORMAT: 'only digits and one point, such as 1234.56',
  DATA_PRICE_NOT_POSITIVE: 'no market trades at 0 or below: leave out bars without a price',
  DATA_OHLC_INCONSISTENT: 'are columns swapped? the high is the greatest and the low the least of the four',
  DATA_VOLUME_INVALID: 'a volume is a count of units from 0 on; whole ones where --whole-units asks for it',
  DATA_TIME_ORDER: 'sort the lines, oldest first',
  DATA_TIME_DUPLICATE: 'keep one bar for each stamp, the true one',
  DATA_TIME_RANGE: 'epoch stamps are milliseconds; is it another unit, or another column?',
  DATA_TIME_INVALID: 'write the moment as 2024-01-31T23:00:00Z',
  DATA_TIME_ZONE_MISSING: 'append Z when the time is UTC, or an offset like -05:00',
  DATA_TIME_FUTURE: 'leave out what has not happened yet; are clock and zone right?',
  DATA_TIME_INTERVAL: 'name the interval of the bars with --interval',
  DATA_STALE: 'has the feed stopped?',
  DATA_GAP: 'gaps are kept, never filled; decisions wait after one of more than three bars',
  DATA_JUMP: 'a split or a wrong unit? --accept-jumps when it is real',
  DATA_ENCODING: 'save the file as UTF-8, without NUL bytes and with every quote closed',
  DATA_NOT_A_RECORD: 'a record is an object by column names, or [time, open, high, low, close, volume]',
  DATA_TOO_LARGE: 'split the file and import the parts one after the other',
  DATA_FILE_NOT_FOUND: 'is the path right, and may it be read?',
  DATA_MIXED: 'store them under a symbol of their own; --replace removes what is there',
  DATA_PROBLEMS_OMITTED: 'mend those listed and look again',
  JSON_INVALID: 'is it cut off, or is there a comma, quote or bracket too many?',
  QUOTE_CROSSED: 'a crossed market is never traded on',
  PRICE_TICK: 'round to the tick, or name another with --tick',
  SYMBOL_INVALID: 'A to Z and 0 to 9 only, such as AAPL, BRK.B, BTC/USDT or BTC/USDT:A',
  SYMBOL_UNKNOWN: 'is it written as the vendor writes it?',
  CALENDAR_RANGE: 'the calendar knows no sessions there',
  CALENDAR_MISMATCH: 'a suffix names the calendar: SYMBOL:24X7 or SYMBOL:XNYS',
  CLOCK_SKEW: 'set the clock of this machine by NTP; nothing is used until both agree',
  FETCH_BUSY: 'another process fetches these bars: wait for it',
  VENDOR_UNREACHABLE: 'is the network up, and the address right? ask again later',
  VENDOR_RATE_LIMITED: 'the vendor asks to wait: ask again later, or for less',
  VENDOR_REFUSED: 'are key, symbol and interval those of the vendor?',
  VENDOR_REPLY: 'the vendor told what cannot be used: ask again later',
  VENDOR_PAGES: 'the pages of the vendor contradict each other: ask again later',
} as const satisfies Readonly<Record<string, string>>;

/** The hint of a code of market data, or an empty text. */
export const marketHintOf = (code: string): string =>
  Object.hasOwn(MARKET_HINTS, code) ? MARKET_HINTS[code as keyof typeof MARKET_HINTS] : '';
