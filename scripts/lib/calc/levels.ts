/** `calc levels`: support and resistance known at the close of one bar, lowest first. */
import { z } from 'zod';
import { computeFeatureColumns } from '../../../domain/features/feature-columns.ts';
import { levelsAt } from '../../../domain/features/market-features.ts';
import { barIndexOf, barIndexSchema, seriesFields, seriesOf } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { swingingBars } from './example-bars.ts';

export const levels = calculation({
  name: 'levels',
  about: 'support and resistance known at one bar, with their touches',
  schema: z.strictObject({ ...seriesFields, barIndex: barIndexSchema }),
  example: { symbol: 'BTC/USDT', barIntervalMs: 3_600_000, bars: swingingBars(60) },
  answer: (input) => ({ levels: levelsAt(computeFeatureColumns(seriesOf(input), input.seed), barIndexOf(input)) }),
});
