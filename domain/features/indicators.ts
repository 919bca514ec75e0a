/**
 * The registry of hot indicators for callers who name one: parameters are parsed, columns come back by name.
 * The arithmetic and its units live in the kernels' files; the hot paths call those directly.
 */
import type { IndicatorSeed } from '../../schemas/features.ts';
import {
  type IndicatorName,
  type IndicatorUnit,
  indicatorNameSchema,
  indicatorParameterSchemas,
} from '../../schemas/indicators.ts';
import { nearestName } from '../../schemas/nearest-name.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { type Kernels, kernels } from './kernels.ts';
import { windowDeviation } from './window-moments.ts';

export { kernels } from './kernels.ts';

/** `warmupBars` = bars needed before every column of the indicator has a value. */
export type IndicatorResult = {
  readonly name: IndicatorName;
  readonly seed: IndicatorSeed;
  readonly warmupBars: number;
  readonly columns: Readonly<Record<string, Float64Array>>;
};

type Computed = Omit<IndicatorResult, 'name' | 'seed'>;
type Indicator = (bars: BarSeries, raw: unknown, ta: Kernels) => Computed;

function indicator<P>(
  parse: (raw: unknown) => P,
  warmupBars: (p: P) => number,
  columns: (bars: BarSeries, p: P, ta: Kernels) => Computed['columns'],
): Indicator {
  return (bars, raw, ta) => {
    const p = parse(raw);
    return { warmupBars: warmupBars(p), columns: columns(bars, p, ta) };
  };
}

const schemas = indicatorParameterSchemas;
const REGISTRY: Readonly<Record<IndicatorName, Indicator>> = {
  sma: indicator(
    (raw) => parseInput(schemas.sma, raw),
    (p) => p.period,
    ({ close }, p, ta) => ({ sma: ta.sma(close, p.period) }),
  ),
  ema: indicator(
    (raw) => parseInput(schemas.ema, raw),
    (p) => p.period,
    ({ close }, p, ta) => ({ ema: ta.ema(close, p.period) }),
  ),
  rsi: indicator(
    (raw) => parseInput(schemas.rsi, raw),
    (p) => p.period + 1,
    ({ close }, p, ta) => ({ rsi: ta.rsi(close, p.period) }),
  ),
  macd: indicator(
    (raw) => parseInput(schemas.macd, raw),
    (p) => p.slow + p.signal - 1,
    ({ close }, p, ta) => ta.macd(close, p.fast, p.slow, p.signal),
  ),
  adx: indicator(
    (raw) => parseInput(schemas.adx, raw),
    (p) => 2 * p.period,
    (bars, p, ta) => ta.adx(bars, p.period),
  ),
  atr: indicator(
    (raw) => parseInput(schemas.atr, raw),
    (p) => p.period + 1,
    (bars, p, ta) => ({ atr: ta.atr(bars, p.period) }),
  ),
  trueRange: indicator(
    (raw) => parseInput(schemas.trueRange, raw),
    () => 2,
    (bars, _p, ta) => ({ trueRange: ta.trueRange(bars) }),
  ),
  bollinger: indicator(
    (raw) => parseInput(schemas.bollinger, raw),
    (p) => p.period,
    ({ close }, p, ta) => ta.bollinger(close, p.period, p.deviations),
  ),
  obv: indicator(
    (raw) => parseInput(schemas.obv, raw),
    () => 1,
    (bars, p, ta) => ({ obv: ta.obv(bars, p.start) }),
  ),
  vwap: indicator(
    (raw) => parseInput(schemas.vwap, raw),
    (p) => p.period ?? 1,
    (bars, p, ta) => ({ vwap: ta.vwap(bars, p.period ?? undefined) }),
  ),
  realisedVolatility: indicator(
    (raw) => parseInput(schemas.realisedVolatility, raw),
    (p) => p.period + 1,
    ({ close }, p, ta) => ({ realisedVolatility: ta.realisedVolatility(close, p.period) }),
  ),
  volumeRatio: indicator(
    (raw) => parseInput(schemas.volumeRatio, raw),
    (p) => p.period,
    ({ volume }, p, ta) => ({ volumeRatio: ta.volumeRatio(volume, p.period) }),
  ),
  standardDeviation: indicator(
    (raw) => parseInput(schemas.standardDeviation, raw),
    (p) => p.period,
    ({ close }, p) => ({ standardDeviation: windowDeviation(close, p.period, p.kind) }),
  ),
};

/** Unit of every column, by indicator. */
export const INDICATOR_UNITS: Readonly<Record<IndicatorName, Readonly<Record<string, IndicatorUnit>>>> = {
  sma: { sma: 'price' },
  ema: { ema: 'price' },
  rsi: { rsi: 'percent' },
  macd: { line: 'price', signal: 'price', histogram: 'price' },
  adx: { adx: 'percent', plusDi: 'percent', minusDi: 'percent', dx: 'percent', plusDm: 'price', minusDm: 'price' },
  atr: { atr: 'price' },
  trueRange: { trueRange: 'price' },
  bollinger: { upper: 'price', middle: 'price', lower: 'price', position: 'ratio', width: 'fraction' },
  obv: { obv: 'volume' },
  vwap: { vwap: 'price' },
  realisedVolatility: { realisedVolatility: 'fraction' },
  volumeRatio: { volumeRatio: 'ratio' },
  standardDeviation: { standardDeviation: 'price' },
};

/**
 * One indicator over a series, by name, with defaults for absent parameters.
 * @throws InvalidInput for an unknown name (INPUT_ENUM) and for every wrong parameter
 */
export function computeIndicator(
  name: string,
  bars: BarSeries,
  parameters: unknown = {},
  seed: IndicatorSeed = 'talib',
): IndicatorResult {
  const known = indicatorNameSchema.safeParse(name);
  if (!known.success) throw unknownIndicator(name);
  return { name: known.data, seed, ...REGISTRY[known.data](bars, parameters, kernels(seed)) };
}

function unknownIndicator(name: string): InvalidInput {
  const near = nearestName(name, indicatorNameSchema.options);
  const hint = near === null ? '' : `did you mean ${near}`;
  return new InvalidInput([
    problem('INPUT_ENUM', 'name', name, `one of ${indicatorNameSchema.options.join(', ')}`, hint),
  ]);
}
