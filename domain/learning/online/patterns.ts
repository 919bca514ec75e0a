/**
 * Which entry conditions led to wins and which to losses. A pattern is a list of conditions, from none (every trade of
 * the strategy) to five; each is shrunk towards the one with fewer conditions, the widest towards one half, so that few
 * trades say little. Returns are fractions of the entry's notional.
 */

/** What an entry is told apart by. `null`: not known at the time. */
export type EntryConditions = {
  readonly side: 'long' | 'short';
  readonly regime: string | null;
  readonly volatility: string | null;
  /** 0 to 100. */
  readonly rsi: number | null;
  /** Volume over its average. */
  readonly volumeRatio: number | null;
};

export type TradeOutcome = {
  readonly patterns: readonly string[];
  readonly won: boolean;
  readonly returnFraction: number;
};

export type PatternCount = { readonly trades: number; readonly wins: number; readonly returnSum: number };
export type PatternTable = Readonly<Record<string, PatternCount>>;

/** What a matching pattern says. `pattern` is empty where only the strategy as a whole has enough trades. */
export type PatternView = {
  readonly pattern: string;
  readonly trades: number;
  /** Shrunk: 0 to 1. */
  readonly winRate: number;
  /** Shrunk towards the strategy's own, and that towards 0. */
  readonly averageReturn: number;
};

/** Fewer trades than this make no pattern; chosen. */
export const PATTERN_TRADES_MIN = 10;
/** So many imagined trades at the wider pattern's rate stand beside the real ones; chosen. */
export const PATTERN_SHRINKAGE = 10;
const EVEN = 0.5;
const SEPARATOR = ' / ';

/**
 * The patterns an entry belongs to, from the widest down: all, side and regime, with volatility, with RSI and volume.
 */
export function patternsOf({ side, regime, volatility, rsi, volumeRatio }: EntryConditions): string[] {
  const trend = [side, regime ?? 'regime unknown'];
  const market = [...trend, `volatility ${volatility ?? 'unknown'}`];
  const setting = [...market, `rsi ${zone(rsi, 30, 70)}`, `volume ${zone(volumeRatio, 0.7, 1.5)}`];
  return ['', ...[trend, market, setting].map((conditions) => conditions.join(SEPARATOR))];
}

function zone(value: number | null, low: number, high: number): string {
  if (value === null) return 'unknown';
  return value < low ? 'low' : value > high ? 'high' : 'usual';
}

export function learnPatterns(outcomes: readonly TradeOutcome[]): PatternTable {
  const table: Record<string, PatternCount> = {};
  for (const { patterns, won, returnFraction } of outcomes) {
    for (const pattern of patterns) {
      const { trades, wins, returnSum } = table[pattern] ?? NONE;
      table[pattern] = { trades: trades + 1, wins: wins + Number(won), returnSum: returnSum + returnFraction };
    }
  }
  return table;
}

const NONE: PatternCount = { trades: 0, wins: 0, returnSum: 0 };

/**
 * The narrowest pattern of this entry with enough trades: rate = (wins + m × wider rate) / (trades + m), m = 10.
 * Null where even all trades together are too few.
 */
export function matchingPattern(table: PatternTable, entry: EntryConditions): PatternView | null {
  let view: PatternView | null = null;
  for (const pattern of patternsOf(entry)) {
    const { trades, wins, returnSum } = table[pattern] ?? NONE;
    if (trades < PATTERN_TRADES_MIN) break;
    const weight = trades + PATTERN_SHRINKAGE;
    const winRate: number = (wins + PATTERN_SHRINKAGE * (view?.winRate ?? EVEN)) / weight;
    const averageReturn: number = (returnSum + PATTERN_SHRINKAGE * (view?.averageReturn ?? 0)) / weight;
    view = { pattern, trades, winRate, averageReturn };
  }
  return view;
}

/** How a pattern is told. */
export const nameOf = (pattern: string): string => (pattern === '' ? 'all entries' : pattern);

/** A session carries no more patterns than this. */
const CARRIED_MAX = 60;

/**
 * What a session needs of a table: patterns with enough trades, the most traded
 * ones, each with the wider ones it is shrunk to.
 */
export function carriedPatterns(table: PatternTable): PatternTable {
  const usable = Object.entries(table).filter(([, { trades }]) => trades >= PATTERN_TRADES_MIN);
  usable.sort(([a, one], [b, other]) => other.trades - one.trades || a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(usable.slice(0, CARRIED_MAX));
}

/** Every pattern with enough trades, the most often won first. */
export function rankedPatterns(table: PatternTable): (PatternCount & { readonly pattern: string })[] {
  return Object.entries(table)
    .filter(([, { trades }]) => trades >= PATTERN_TRADES_MIN)
    .map(([pattern, count]) => ({ pattern, ...count }))
    .sort((a, b) => b.wins / b.trades - a.wins / a.trades || (a.pattern < b.pattern ? -1 : 1));
}
