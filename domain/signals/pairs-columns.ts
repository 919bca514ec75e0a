/**
 * The columns of pairs trading over the common bars of two symbols. Once a day (and at the first bar that has enough
 * past) the line b = α + β a and its test are worked out anew from the `lookback` bars before, and held until the next
 * day. z = (e - mean) / population deviation of e = b - β a over the last `lookback` bars, the bar's own included.
 */

import { windowZScore } from '../features/window-moments.ts';
import { dayOf } from '../market/trading-day.ts';
import { type Cointegration, cointegration } from './cointegration.ts';
import type { PairBars } from './pair-bars.ts';
import { type Columns, parameter, type StrategyParameters } from './strategy.ts';

/** `cointegrated` and `blocked` are 1 or 0; `critical` is MacKinnon's value at 5 percent. */
type PairsColumns = Readonly<
  Record<
    'hedgeRatio' | 'intercept' | 'adf' | 'critical' | 'pValue' | 'cointegrated' | 'quantityRatio' | 'z' | 'blocked',
    Float64Array
  >
>;

export function pairsColumns(pair: PairBars, p: StrategyParameters): Columns {
  const lookback = parameter(p, 'lookback');
  const count = pair.openTimeMs.length;
  const columns = emptyColumns(count);
  for (let from = lookback; from < count; ) {
    const until = endOfDay(pair, from);
    const a = pair.closeFirst.subarray(from - lookback, until);
    const b = pair.closeSecond.subarray(from - lookback, until);
    const found = cointegration(a.subarray(0, lookback), b.subarray(0, lookback));
    if (found !== null) fill(columns, found, from, until, zScores(a, b, found, lookback).subarray(lookback));
    from = until;
  }
  markStopped(columns.blocked, columns.z, p);
  return columns;
}

/** One row of the same columns, for the last of the bars that the line was worked out from. */
export function pairsColumnsOf(
  a: Float64Array,
  b: Float64Array,
  found: Cointegration | null,
  p: StrategyParameters,
): Columns {
  const columns = emptyColumns(1);
  if (found !== null) fill(columns, found, 0, 1, zScores(a, b, found, a.length).subarray(a.length - 1));
  markStopped(columns.blocked, columns.z, p);
  return columns;
}

function emptyColumns(count: number): PairsColumns {
  const empty = () => new Float64Array(count).fill(Number.NaN);
  return {
    hedgeRatio: empty(),
    intercept: empty(),
    adf: empty(),
    critical: empty(),
    pValue: empty(),
    cointegrated: empty(),
    quantityRatio: empty(),
    z: empty(),
    blocked: empty(),
  };
}

/** The first common bar after `from` that belongs to a later day. */
function endOfDay({ first, openTimeMs }: PairBars, from: number): number {
  const day = (n: number) => dayOf(first.symbol, (openTimeMs[n] as number) + first.intervalMs - 1);
  const today = day(from);
  let until = from + 1;
  while (until < openTimeMs.length && day(until) === today) until += 1;
  return until;
}

/** z of e = b - β a, NaN for the first `lookback` - 1 bars. */
function zScores(a: Float64Array, b: Float64Array, { hedgeRatio }: Cointegration, lookback: number): Float64Array {
  return windowZScore(
    b.map((price, i) => price - hedgeRatio * (a[i] as number)),
    lookback,
  );
}

function fill(columns: PairsColumns, found: Cointegration, from: number, until: number, z: Float64Array): void {
  columns.hedgeRatio.fill(found.hedgeRatio, from, until);
  columns.intercept.fill(found.intercept, from, until);
  columns.adf.fill(found.adf, from, until);
  columns.critical.fill(found.criticalValues.fivePercent, from, until);
  columns.pValue.fill(found.pValue, from, until);
  columns.cointegrated.fill(found.cointegrated ? 1 : 0, from, until);
  columns.quantityRatio.fill(Math.abs(found.hedgeRatio), from, until);
  columns.z.set(z, from);
}

/**
 * 1 from the bar at which |z| passes `stopZ` until z has come back inside ±`exitZ` (or has crossed to the other side):
 * a spread that broke out is not entered again on its way back. It follows z alone, whatever was traded.
 */
function markStopped(blocked: Float64Array, z: Float64Array, p: StrategyParameters): void {
  const [exitZ, stopZ] = [parameter(p, 'exitZ'), parameter(p, 'stopZ')];
  let side = 0;
  for (let n = 0; n < z.length; n += 1) {
    const value = z[n] as number;
    if (side !== 0 && (Math.abs(value) < exitZ || value * side < 0)) side = 0;
    if (Math.abs(value) > stopZ) side = Math.sign(value);
    blocked[n] = side === 0 ? 0 : 1;
  }
}
