/** The order in which a backtest lists its trades. */
import type { ClosedTrade } from '../../schemas/execution.ts';

type Placed = Pick<ClosedTrade, 'symbol' | 'entryAtMs' | 'exitAtMs'>;

/** By exit, then symbol and entry: sums of doubles in one order are equal, whoever lists the trades. */
export const byExit = (a: Placed, b: Placed): number =>
  a.exitAtMs - b.exitAtMs || byText(a.symbol, b.symbol) || a.entryAtMs - b.entryAtMs;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
