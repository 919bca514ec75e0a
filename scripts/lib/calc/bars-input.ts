/**
 * Bars as calculations take them: rows in time order, prices and volume as decimal strings, stamped with the open.
 * Turned into the columns of doubles that indicators work on; nothing is filled in where bars are missing.
 */
import { z } from 'zod';
import { type BarRow, type BarSeries, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { indicatorSeedSchema } from '../../../schemas/features.ts';
import { barIntervalMsSchema, symbolSchema } from '../../../schemas/market.ts';

const BARS_MAX = 1_000_000;

/** Texts that are no decimals at all have been refused already: NaN compares as false. */
export const positiveDecimalSchema = decimalSchema.refine((text) => !(Number(text) <= 0), { error: 'above 0' });
const notNegativeDecimalSchema = decimalSchema.refine((text) => !(Number(text) < 0), { error: '0 or more' });

const barSchema = z.strictObject({
  openTimeMs: z.number().int(),
  open: positiveDecimalSchema,
  high: positiveDecimalSchema,
  low: positiveDecimalSchema,
  close: positiveDecimalSchema,
  volume: notNegativeDecimalSchema,
});
export type BarInput = z.infer<typeof barSchema>;

export const barsSchema = z.array(barSchema).min(1).max(BARS_MAX).superRefine(refuseImpossibleBars);

function refuseImpossibleBars(bars: readonly BarInput[], context: z.RefinementCtx): void {
  bars.forEach((bar, index) => {
    const { openTimeMs, open, high, low, close } = bar;
    const refuse = (field: keyof BarInput, message: string) =>
      context.addIssue({ code: 'custom', path: [index, field], message, input: bar[field] });
    const before = bars[index - 1]?.openTimeMs;
    if (before !== undefined && openTimeMs <= before) refuse('openTimeMs', `after the bar before it (${before})`);
    if (Number(high) < Math.max(Number(open), Number(close), Number(low))) refuse('high', 'the highest price');
    if (Number(low) > Math.min(Number(open), Number(close), Number(high))) refuse('low', 'the lowest price');
  });
}

/** What calculations on a series have in common. `barIndex`: the bar that is asked about, by default the last. */
export const seriesFields = {
  symbol: symbolSchema.default('BTC/USDT'),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  bars: barsSchema,
  seed: indicatorSeedSchema.default('talib'),
};
export const barIndexSchema = z.number().int().nonnegative().optional();

type SeriesInput = {
  readonly symbol: string;
  readonly barIntervalMs: number;
  readonly bars: readonly BarInput[];
};

export const seriesOf = ({ symbol, barIntervalMs, bars }: SeriesInput): BarSeries =>
  seriesFromRows(symbol, barIntervalMs, bars.map(rowOf));

export const rowOf = ({ openTimeMs, open, high, low, close, volume }: BarInput): BarRow => ({
  openTimeMs,
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  volume: Number(volume),
});

/** The bar asked about. @throws RangeError beyond the last */
export function barIndexOf(input: {
  readonly bars: readonly BarInput[];
  readonly barIndex?: number | undefined;
}): number {
  const last = input.bars.length - 1;
  const { barIndex = last } = input;
  if (barIndex > last) throw new RangeError(`barIndex ${barIndex} is beyond the last bar, ${last}`);
  return barIndex;
}
