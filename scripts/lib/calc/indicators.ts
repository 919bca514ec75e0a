/** `calc indicators`: hot and wider indicators by name over a series; a value a bar, null before the warm-up. */
import { z } from 'zod';
import { computeWideIndicator, wideIndicatorFacts } from '../../../adapters/indicators/wide-indicators.ts';
import { computeIndicator, INDICATOR_UNITS } from '../../../domain/features/indicators.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { IndicatorSeed } from '../../../schemas/features.ts';
import { INDICATOR_NAMES, indicatorNameSchema, indicatorParameterSchemas } from '../../../schemas/indicators.ts';
import { InvalidInput, type Problem } from '../../../schemas/problem.ts';
import {
  WIDE_INDICATOR_NAMES,
  wideIndicatorNameSchema,
  wideIndicatorParameterSchemas,
} from '../../../schemas/wide-indicators.ts';
import { seriesFields, seriesOf } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { risingBars } from './example-bars.ts';

/** What `--schema` says of the free-form parameters: the schema of each indicator's, its columns and their units. */
const hotFacts = INDICATOR_NAMES.map((name) => ({
  name,
  parameters: z.toJSONSchema(indicatorParameterSchemas[name], { io: 'input' }),
  units: INDICATOR_UNITS[name],
}));
const wideFacts = WIDE_INDICATOR_NAMES.map((name) => ({
  name,
  parameters: z.toJSONSchema(wideIndicatorParameterSchemas[name], { io: 'input' }),
  ...wideIndicatorFacts(name),
}));

const askedSchema = z.strictObject({
  name: z.enum([...INDICATOR_NAMES, ...WIDE_INDICATOR_NAMES]),
  /** Absent ones take the product's defaults. */
  parameters: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: 'by name, see `indicators`', indicators: [...hotFacts, ...wideFacts] }),
});
type Asked = z.infer<typeof askedSchema>;

export const indicators = calculation({
  name: 'indicators',
  about: `columns of ${[...INDICATOR_NAMES, ...WIDE_INDICATOR_NAMES].join(', ')}`,
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
      { name: 'stochastic', parameters: { period: 14, smoothing: 3, signal: 3 } },
      { name: 'ichimoku' },
      { name: 'candlestickPatterns', parameters: { patterns: ['bullishMarubozu', 'doji'] } },
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
  const answers = asked.map((one, index) => {
    try {
      return compute(one, series, seed);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems.map((found) => placed(found, `indicators[${index}].parameters`)));
      return null;
    }
  });
  if (problems.length > 0) throw new InvalidInput(problems);
  return answers;
}

/** `warmupBars`: bars needed before every column has a value. */
function compute({ name, parameters }: Asked, series: BarSeries, seed: IndicatorSeed) {
  const hot = indicatorNameSchema.safeParse(name);
  if (!hot.success) return computeWide(wideIndicatorNameSchema.parse(name), series, parameters);
  const { warmupBars, columns } = computeIndicator(hot.data, series, parameters, seed);
  return { name, warmupBars, units: INDICATOR_UNITS[hot.data], columns: columnsDocument(columns) };
}

function computeWide(name: string, series: BarSeries, parameters: unknown) {
  const wide = computeWideIndicator(name, series, parameters);
  const columns = Object.entries(wide);
  const each = <T>(pick: (column: (typeof wide)[string]) => T) =>
    Object.fromEntries(columns.map(([column, one]) => [column, pick(one)]));
  const directed = columns.some(([, { direction }]) => direction !== undefined);
  return {
    name,
    warmupBars: Math.max(...columns.map(([, one]) => one.warmupBars)),
    units: each(({ unit }) => unit),
    warmupBarsByColumn: each(({ warmupBars }) => warmupBars),
    ...(directed ? { directions: each(({ direction }) => direction) } : {}),
    columns: columnsDocument(each(({ values }) => values)),
  };
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
