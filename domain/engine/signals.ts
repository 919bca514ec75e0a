/**
 * What a strategy wants at the close of every bar, as columns: the form in which the engine runs it. Built-in rules,
 * chromosomes and strategy files all become this, or a function that is asked bar by bar.
 */
import type { Chromosome } from '../../schemas/chromosome.ts';
import { SCORE_MIN } from '../decision/weights.ts';
import { chromosomeSignals } from '../signals/evolved/chromosome-signals.ts';
import { type GeneColumns, geneColumns } from '../signals/evolved/gene-columns.ts';
import type { Columns, SignalRules, StrategyParameters } from '../signals/strategy.ts';
import type { EngineMarket } from './market.ts';

export const EXIT_LONG = 1;
export const EXIT_SHORT = 2;

export type SignalColumns = {
  /** The side an entry is wanted on: 1, −1 or 0. */
  readonly side: Int8Array;
  /** EXIT_LONG and EXIT_SHORT, added. */
  readonly exit: Uint8Array;
  /** Of a wanted entry; null where every entry is certain. */
  readonly confidence: Float64Array | null;
  /** The first bar at whose close anything can be decided. */
  readonly firstBar: number;
};

/** A position as a strategy sees it. */
export type HeldView = { readonly quantity: number; readonly entryPrice: number; readonly barsHeld: number };

/** What a strategy that is asked bar by bar answers; absent fields are left to the plan. */
export type Wish = {
  readonly side: 1 | -1 | 0;
  /** Close what is held. */
  readonly close: boolean;
  readonly sizeFraction?: number;
  readonly stopPrice?: number;
  readonly targetPrice?: number;
};

export type Voice =
  | { readonly kind: 'columns'; readonly columns: SignalColumns }
  | { readonly kind: 'asked'; readonly firstBar: number; readonly ask: (i: number, held: HeldView) => Wish };

const ROUNDING = 1e-12;

/**
 * The rules of a built-in strategy, asked once at every bar. A vote nearer to zero than the least score wants nothing.
 */
export function ruleSignals(
  { bars }: EngineMarket,
  rules: SignalRules,
  columns: Columns,
  p: StrategyParameters,
): SignalColumns {
  const count = bars.close.length;
  const side = new Int8Array(count);
  const exit = new Uint8Array(count);
  const confidence = new Float64Array(count);
  const firstBar = Math.max(0, rules.warmupBars(p) - 1);
  for (let i = firstBar; i < count; i += 1) {
    const signal = rules.signal({ i, bars, columns, p });
    if (signal.side !== 0 && signal.confidence >= SCORE_MIN - ROUNDING) side[i] = signal.side;
    confidence[i] = Math.min(1, signal.confidence);
    exit[i] = (signal.exitLong ? EXIT_LONG : 0) + (signal.exitShort ? EXIT_SHORT : 0);
  }
  return { side, exit, confidence, firstBar };
}

/** A chromosome's masks as columns. Stops, targets and its longest hold belong to the plan. */
export function evolvedSignals(
  { bars, ta }: EngineMarket,
  chromosome: Chromosome,
  genes: GeneColumns = geneColumns(bars, ta),
): SignalColumns {
  const { entryLong, entryShort, exit } = chromosomeSignals(chromosome, genes);
  const side = Int8Array.from(entryLong, (long, i) => long - (entryShort[i] as number));
  return { side, exit: exit.map((bit) => bit * (EXIT_LONG + EXIT_SHORT)), confidence: null, firstBar: 0 };
}
