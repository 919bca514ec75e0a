/** `calc indicators`: hot indicators by name over a series; a value a bar, null before the warm-up. */
import { z } from 'zod';
import { computeIndicator } from '../../../domain/features/indicators.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { INDICATOR_NAMES, indicatorNameSchema } from '../../../schemas/indicators.ts';
import { InvalidInput, type Problem } from '../../../schemas/problem.ts';
import { seriesFields, seriesOf } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { risingBars } from './example-bars.ts';

const askedSchema = z.strictObject({
  name: indicatorNameSchema,
  /** Absent ones take the product's defaults. */
  parameters: z.record(z.string(), z.unknown()).default({}),
});
type Asked = z.infer<typeof askedSchema>;

export const indicators = calculation({
  name: 'indicators',
  about: `columns of ${INDICATOR_NAMES.join(', ')}`,
  schema: z.strictObject({ ...seriesFields, indicators: z.array(askedSchema).min(1).max(50) }),
  example: {
    symbol: 'BTC/USDT',
    barIntervalMs: 3_600_000,
    seed: 'talib',
    bars: risingBars(40),
    indicators: [
      { name: 'sma', parameters: { period: 3 } },
      { name: 'ema', parameters: { period: 3 } },
      { name: 'rsi', parameters: { period: 14 } },
      { name: 'macd' },
    ],
  },
  answer: (input) => {
    const series = seriesOf(input);
    return { seed: input.seed, indicators: computeAll(input.indicators, series, input.seed) };
  },
});

/** @throws InvalidInput with the wrong parameters of all that are asked for */
function computeAll(asked: readonly Asked[], series: BarSeries, seed: IndicatorSeed): unknown[] {
  const problems: Problem[] = [];
  const answers = asked.map(({ name, parameters }, index) => {
    try {
      const { warmupBars, columns } = computeIndicator(name, series, parameters, seed);
      return { name, warmupBars, columns: columnsDocument(columns) };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems.map((one) => placed(one, `indicators[${index}].parameters`)));
      return null;
    }
  });
  if (problems.length > 0) throw new InvalidInput(problems);
  return answers;
}

const placed = (one: Problem, base: string): Problem => ({
  ...one,
  path: one.path === '' ? base : `${base}.${one.path}`,
  message: `${base}.${one.message}`,
});

const columnsDocument = (columns: Readonly<Record<string, Float64Array>>) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      Array.from(column, (value) => (Number.isFinite(value) ? value : null)),
    ]),
  );
