/**
 * The wider indicators by name, for analysis (`calc indicators`, market features for a model), never for a hot loop.
 * Strictly causal: the value at bar i uses bars up to i. Units and warm-up come with every column.
 */
import { type BarSeries, sliceSeries } from '../../domain/market/bar-series.ts';
import { nearestName } from '../../schemas/nearest-name.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import {
  WIDE_INDICATOR_NAMES,
  type WideIndicatorName,
  wideIndicatorNameSchema,
} from '../../schemas/wide-indicators.ts';
import { AVERAGES } from './averages.ts';
import { PATTERN_BARS_MAX, PATTERN_INDICATORS } from './candlestick-patterns.ts';
import { MOMENTUM } from './momentum.ts';
import { TREND } from './trend.ts';
import { VOLATILITY } from './volatility.ts';
import { VOLUME } from './volume.ts';
import type { ColumnFacts, WideColumns, WideIndicator } from './wide-indicator.ts';

const CATALOGUE: Readonly<Record<WideIndicatorName, WideIndicator>> = {
  ...AVERAGES,
  ...MOMENTUM,
  ...TREND,
  ...VOLATILITY,
  ...VOLUME,
  ...PATTERN_INDICATORS,
};

/** What an indicator measures, and its columns under its default parameters. */
export const wideIndicatorFacts = (name: WideIndicatorName) => ({
  about: CATALOGUE[name].about,
  columns: CATALOGUE[name].facts({}),
});

/**
 * One indicator over a series, with defaults for absent parameters.
 * @throws InvalidInput for an unknown name (INPUT_ENUM, with the nearest one) and for every wrong parameter
 */
export function computeWideIndicator(name: string, bars: BarSeries, parameters: unknown = {}): WideColumns {
  const known = wideIndicatorNameSchema.safeParse(name);
  if (!known.success) throw unknownIndicator(name);
  return CATALOGUE[known.data].compute(bars, parameters);
}

function unknownIndicator(name: string): InvalidInput {
  const near = nearestName(name, WIDE_INDICATOR_NAMES);
  const expected = `one of ${WIDE_INDICATOR_NAMES.join(', ')}`;
  return new InvalidInput([problem('INPUT_ENUM', 'name', name, expected, near === null ? '' : `did you mean ${near}`)]);
}

/** All of them with their usual parameters. */
export const wideIndicators = (bars: BarSeries): Readonly<Record<WideIndicatorName, WideColumns>> =>
  byName((name) => CATALOGUE[name].compute(bars, {}));

type LatestColumn = Pick<ColumnFacts, 'unit'> & { readonly value: number | null };
type SeenPattern = { readonly name: string; readonly direction: ColumnFacts['direction'] };

export type LatestWideIndicators = {
  /** Close of the last complete bar; null without one. */
  readonly asOfMs: number | null;
  readonly barCount: number;
  readonly indicators: Readonly<Record<string, Readonly<Record<string, LatestColumn>>>>;
  /** Patterns that the last bar completes. */
  readonly patterns: readonly SeenPattern[];
};

/** The last values of all, by the bars that are complete at `asOfMs`, as plain JSON; null before a warm-up. */
export function latestWideIndicators(bars: BarSeries, asOfMs: number): LatestWideIndicators {
  const complete = bars.openTimeMs.findIndex((openMs) => openMs + bars.intervalMs > asOfMs);
  const known = sliceSeries(bars, 0, complete < 0 ? bars.close.length : complete);
  const barCount = known.close.length;
  const { candlestickPatterns: _, ...measures } = CATALOGUE;
  return {
    asOfMs: barCount === 0 ? null : (known.openTimeMs[barCount - 1] as number) + bars.intervalMs,
    barCount,
    indicators: Object.fromEntries(
      Object.entries(measures).map(([name, one]) => [name, latestOf(one.compute(known, {}))]),
    ),
    patterns: patternsSeen(sliceSeries(known, Math.max(0, barCount - PATTERN_BARS_MAX), barCount)),
  };
}

const latestOf = (columns: WideColumns): Readonly<Record<string, LatestColumn>> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { unit, values }]) => {
      const value = values.at(-1) ?? Number.NaN;
      return [name, { unit, value: Number.isNaN(value) ? null : value }];
    }),
  );

const patternsSeen = (bars: BarSeries): SeenPattern[] =>
  Object.entries(CATALOGUE.candlestickPatterns.compute(bars, {}))
    .filter(([, { values }]) => values.at(-1) === 1)
    .map(([name, { direction }]) => ({ name, direction }));

/** Calls `make` once for every name. */
const byName = <T>(make: (name: WideIndicatorName) => T): Readonly<Record<WideIndicatorName, T>> =>
  Object.fromEntries(WIDE_INDICATOR_NAMES.map((name) => [name, make(name)])) as Record<WideIndicatorName, T>;
