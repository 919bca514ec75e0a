/**
 * What a strategy of two legs asks of a session beyond its own parameters: two symbols, a direction that allows a
 * short beside a long, and for two venues a source that knows both. Told before anything is opened; a stored
 * strategy once it is known what it is.
 */
import { type Problem, problem } from './problem.ts';
import { isTwoLegged, type TwoLegStrategyType } from './signals.ts';

/** What is there of a session's input; anything of a wrong type is told by its own schema. */
type PairFields = { readonly symbols?: unknown; readonly direction?: unknown; readonly market?: unknown };

/** The type a strategy is written out with, or is named by; null for a stored one's id. */
export function twoLeggedTypeOf(strategy: unknown): TwoLegStrategyType | null {
  const type = typeof strategy === 'object' && strategy !== null && 'type' in strategy ? strategy.type : strategy;
  return isTwoLegged(type) ? type : null;
}

/**
 * A pair is always long and short: a direction that is left out means that, where a single symbol would be long only.
 */
export function withPairDirection(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('strategy' in input)) return input;
  if (twoLeggedTypeOf(input.strategy) === null || ('direction' in input && input.direction !== undefined)) return input;
  return { ...input, direction: 'longShort' };
}

export function twoLegProblems(type: unknown, { symbols, direction, market }: PairFields): Problem[] {
  if (!isTwoLegged(type)) return [];
  return [...symbolProblems(type, symbols), ...directionProblems(type, direction), ...venueProblems(type, market)];
}

/** A vendor's bars are those of one venue, and it knows no symbols with a suffix of ours. */
function venueProblems(type: TwoLegStrategyType, market: unknown): Problem[] {
  const source = typeof market === 'object' && market !== null && 'source' in market ? market.source : undefined;
  if (type !== 'crossVenue' || (source !== 'alpaca' && source !== 'ccxt')) return [];
  const expected = 'replay of stored bars: a vendor tells the bars of one venue, crossVenue needs those of two';
  const hint = 'npm run bars -- fetch --store-as stores those of two vendors side by side';
  return [problem('INPUT_ENUM', 'market.source', source, expected, hint)];
}

function symbolProblems(type: TwoLegStrategyType, symbols: unknown): Problem[] {
  if (!Array.isArray(symbols)) return [];
  if (symbols.length !== 2) {
    const hint = 'the first is traded against the second';
    return [problem('INPUT_ITEMS', 'symbols', `${symbols.length} symbols`, `exactly two symbols for ${type}`, hint)];
  }
  if (type !== 'crossVenue' || isOneAsset(symbols)) return [];
  const expected = 'one symbol at two venues, told apart by their suffix';
  return [problem('INPUT_ITEMS', 'symbols', symbols.join(', '), expected, 'such as BTC/USDT:A and BTC/USDT:B')];
}

const isOneAsset = (symbols: readonly unknown[]): boolean => {
  const [first, second] = symbols.map((one) => String(one).split(':')[0]);
  return first === second && symbols[0] !== symbols[1];
};

function directionProblems(type: TwoLegStrategyType, direction: unknown): Problem[] {
  if (direction === undefined || direction === 'longShort') return [];
  const hint = `${type} sells one symbol short while it holds the other`;
  return [problem('INPUT_ENUM', 'direction', direction, 'longShort', hint)];
}
