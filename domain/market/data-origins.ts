/**
 * Which bars may stand together in one data set. Bars of two vendors differ, and synthetic ones are nobody's: each of
 * these stands alone, but for files, which a person has looked at and which may fill up a vendor's bars.
 */
import { type Problem, problem } from '../../schemas/problem.ts';

const SYNTHETIC = 'synthetic seed ';
export const syntheticName = (seed: number): string => `${SYNTHETIC}${seed}`;

const isSynthetic = (sourceName: string): boolean => sourceName.startsWith(SYNTHETIC);
/** A vendor, with its symbol where that is not the one the bars stand under; everything else is a file. */
const isVendor = (sourceName: string): boolean => /^(alpaca( |$)|ccxt:)/.test(sourceName);

/** What is remembered of a data set for good. */
export type StoredOrigins = {
  readonly symbol: string;
  readonly rowCount: number;
  /** Where its bars came from last. */
  readonly sourceName: string;
  /** The vendor, or the synthetic source, that some of its bars came from; empty where all are from files. */
  readonly origins: readonly string[];
};

/** The origins of a data set after bars of `sourceName` were added. */
export const originsWith = (before: readonly string[], sourceName: string): readonly string[] =>
  before.includes(sourceName) || !(isSynthetic(sourceName) || isVendor(sourceName)) ? before : [...before, sourceName];

/** DATA_MIXED when bars of `sourceName` must not be added to the data set; null = they may. */
export function mixtureOf(before: StoredOrigins | undefined, sourceName: string): Problem | null {
  if (before === undefined || !isMixture(before.origins, sourceName)) return null;
  const from = before.origins.length === 0 ? before.sourceName : before.origins.join(' and ');
  const got = `${before.rowCount} stored bars of ${before.symbol} from ${from}`;
  const hint = '--replace removes them first; or choose another symbol, such as SYN/USDT';
  return problem('DATA_MIXED', '--symbol', got, `no bars, or bars of ${sourceName}`, hint);
}

function isMixture(origins: readonly string[], sourceName: string): boolean {
  if (isSynthetic(sourceName)) return !origins.includes(sourceName);
  return origins.some((one) => one !== sourceName && (isVendor(sourceName) || isSynthetic(one)));
}
