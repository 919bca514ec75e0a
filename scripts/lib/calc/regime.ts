/** `calc regime`: trend, confidence and volatility of the market at one bar, on 1×, 4× and 24× the bar interval. */
import { z } from 'zod';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { barsSinceRegimeChange, regimeAt } from '../../../domain/features/market-features.ts';
import { barIndexOf, barIndexSchema, seriesFields, seriesOf } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { risingBars } from './example-bars.ts';

export const regime = calculation({
  name: 'regime',
  about: 'bull, bear or sideways and the volatility at one bar; null before the warm-up (200 bars)',
  schema: z.strictObject({ ...seriesFields, barIndex: barIndexSchema }),
  example: { symbol: 'BTC/USDT', barIntervalMs: 3_600_000, seed: 'talib', bars: risingBars(220) },
  answer: (input) => {
    const columns = computeFeatureColumns(seriesOf(input), input.seed);
    const index = barIndexOf(input);
    const { byTimeframe, label, ...rest } = regimeAt(columns, index);
    const barsSinceChange = barsSinceRegimeChange(columns, index);
    return { regime: label, ...rest, regimeByTimeframe: byTimeframe, barsSinceRegimeChange: barsSinceChange };
  },
});
