/** `calc features`: everything the features stage says of one bar, as a decision's inputs record it. */
import { z } from 'zod';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { marketFeatures } from '../../../domain/features/market-features.ts';
import { barIndexOf, barIndexSchema, seriesFields, seriesOf } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { risingBars } from './example-bars.ts';

export const features = calculation({
  name: 'features',
  about: 'all market features at one bar (barIndex, by default the last)',
  schema: z.strictObject({ ...seriesFields, barIndex: barIndexSchema }),
  example: { symbol: 'BTC/USDT', barIntervalMs: 3_600_000, seed: 'talib', bars: risingBars(60) },
  answer: (input) => marketFeatures(computeFeatureColumns(seriesOf(input), input.seed), barIndexOf(input)),
});
