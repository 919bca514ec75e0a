/** All columns of the wider indicators over a series, for tests that look at each of them. */
import { computeWideIndicator } from '../../../adapters/indicators/wide-indicators.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { WIDE_INDICATOR_NAMES } from '../../../schemas/wide-indicators.ts';

/** Every column of a series by `indicator.column`, the wide ones with their facts. */
export const wideColumns = (series: BarSeries) =>
  WIDE_INDICATOR_NAMES.flatMap((name) =>
    Object.entries(computeWideIndicator(name, series)).map(([column, one]) => ({ at: `${name}.${column}`, ...one })),
  );
export const valuesAt = (series: BarSeries): Map<string, Float64Array> =>
  new Map(wideColumns(series).map(({ at, values }) => [at, values]));
