/** Positions of one portfolio, put together by symbol and told as shares of its equity. */
import type { HeldPosition } from '../../../schemas/officers/portfolio.ts';
import type { DailyCloses } from './aligned-returns.ts';
import type { SymbolExposure } from './exposure-measures.ts';
import { liquidityOf } from './liquidity.ts';

export type SymbolHolding = SymbolExposure & {
  /** The longest history among its positions. */
  readonly closes: DailyCloses;
  readonly leverageMax: number;
  /** Null where the volume of a bar is not known. */
  readonly barVolumeShare: number | null;
  readonly daysToLiquidate: number | null;
};

/** In the order in which the symbols first come. @param equity above 0 */
export function symbolHoldings(positions: readonly HeldPosition[], equity: number): SymbolHolding[] {
  const held = positions.filter(({ quantity }) => Number(quantity) !== 0);
  const symbols = new Set(held.map(({ symbol }) => symbol));
  return [...symbols].map((symbol) => {
    const own = held.filter((position) => position.symbol === symbol);
    return holdingOf(symbol, own, equity);
  });
}

function holdingOf(symbol: string, held: readonly HeldPosition[], equity: number): SymbolHolding {
  const fractions = held.map(({ quantity, price }) => (Number(quantity) * Number(price)) / equity);
  const size = held.reduce((sum, { quantity }) => sum + Math.abs(Number(quantity)), 0);
  // Two strategies that hold one symbol sell into the same bars.
  const times = held.map(({ barVolume, barIntervalMs }) => liquidityOf(size, barVolume, barIntervalMs));
  const slowest = times.reduce((a, b) => (a === null || b === null || a.daysToLiquidate > b.daysToLiquidate ? a : b));
  return {
    symbol,
    fraction: fractions.reduce((sum, one) => sum + one, 0),
    grossFraction: fractions.reduce((sum, one) => sum + Math.abs(one), 0),
    closes: held.reduce<DailyCloses>(
      (longest, { dailyCloses }) => (dailyCloses.length > longest.length ? dailyCloses : longest),
      [],
    ),
    leverageMax: held.reduce((most, { leverage }) => Math.max(most, leverage), 1),
    barVolumeShare: slowest?.barVolumeShare ?? null,
    daysToLiquidate: slowest?.daysToLiquidate ?? null,
  };
}
