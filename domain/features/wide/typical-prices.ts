/** The typical price of a bar, in price units. */
import type { BarColumns } from '../kernel.ts';

/** (high + low + close) / 3 of every bar. */
export const typicalPrices = ({ high, low, close }: BarColumns): Float64Array =>
  close.map((value, i) => ((high[i] as number) + (low[i] as number) + value) / 3);
