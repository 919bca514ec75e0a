/**
 * What the spot agent sees of a market at the close of a bar: the 18 numbers of spec 8.4, each brought near to ± 1 by a
 * fixed formula. Nothing is fitted to a data set, and each number is made of bars up to its own only, so that the same
 * bars give the same numbers in training, in a backtest and in a session. What has not warmed up yet is 0.
 */
import type { FeatureColumns } from '../../features/feature-columns.ts';

/** In the order of the network's inputs; the three before the last are of the position. */
export const SPOT_FEATURES = [
  'change1h',
  'change4h',
  'change24h',
  'ema20Distance',
  'ema50Distance',
  'ema200Distance',
  'rsi',
  'macd',
  'macdHistogram',
  'adx',
  'atrRatio',
  'realisedVolatility',
  'bollingerPosition',
  'volumeRatio',
  'position',
  'positionPnl',
  'positionAge',
  'regime',
] as const;

export const SPOT_INPUTS = SPOT_FEATURES.length;

/** Bars that the slowest number takes, the distance to the average of 200. */
export const SPOT_WARMUP_BARS = 200;

/**
 * A position as the agent sees it. `side` 0 = none; `pnlFraction` by the
 * close, without costs; closed bars since its entry.
 */
export type SeenPosition = { readonly side: 1 | -1 | 0; readonly pnlFraction: number; readonly barsHeld: number };

export const NO_POSITION: SeenPosition = { side: 0, pnlFraction: 0, barsHeld: 0 };

const POSITION_AT = SPOT_FEATURES.indexOf('position');
const BOUND = 5;
const HOUR_MS = 3_600_000;
/** Below it a market counts as this restless: a price that stands still has no scale of its own. */
const VOLATILITY_FLOOR = 0.0005;
/** A volatility and an ATR ratio of 1 % a bar are 0; e times as much is 1. */
const USUAL_VOLATILITY = 0.01;
/** A position of so many bars has the age 1. */
const OLD_BARS = 24;

/** Row by row what depends on the market alone; the places of the position are 0. */
export type SpotRows = { readonly width: number; readonly cells: Float32Array };

/** Changes and distances are in units of the volatility that a walk of as many bars has. */
export function spotRows(columns: FeatureColumns): SpotRows {
  const { bars } = columns;
  const count = bars.close.length;
  const cells = new Float32Array(count * SPOT_INPUTS);
  for (let i = 0; i < count; i += 1) cells.set(marketCells(columns, i).map(bounded), i * SPOT_INPUTS);
  return { width: SPOT_INPUTS, cells };
}

/** The 18 numbers at bar `i`, those of the position written in. */
export function spotState({ cells }: SpotRows, i: number, position: SeenPosition, out: Float32Array): Float32Array {
  out.set(cells.subarray(i * SPOT_INPUTS, (i + 1) * SPOT_INPUTS));
  const { side, pnlFraction, barsHeld } = position;
  out[POSITION_AT] = side;
  out[POSITION_AT + 1] = side === 0 ? 0 : seenPnl(pnlFraction);
  out[POSITION_AT + 2] = side === 0 ? 0 : seenAge(barsHeld);
  return out;
}

/** A P&L of 2 % is 1. */
export const seenPnl = (fraction: number): number => bounded(fraction / (USUAL_VOLATILITY * 2));

export const seenAge = (barsHeld: number): number => Math.log1p(barsHeld) / Math.log1p(OLD_BARS);

/** Volatility of a bar, in whose units changes and distances are. */
export const scaleAt = ({ realisedVolatility20 }: FeatureColumns, i: number): number =>
  Math.max(realisedVolatility20[i] as number, VOLATILITY_FLOOR);

function marketCells(columns: FeatureColumns, i: number): number[] {
  const { bars, macd } = columns;
  const close = bars.close[i] as number;
  const volatility = scaleAt(columns, i);
  const overHours = (change: number, hours: number): number =>
    change / (volatility * Math.sqrt(Math.max(1, (hours * HOUR_MS) / bars.intervalMs)));
  const fromAverage = (average: number, length: number): number =>
    (close / average - 1) / (volatility * Math.sqrt(length));
  const inPrice = (amount: number): number => amount / (close * volatility);
  return [
    overHours(columns.change1h[i] as number, 1),
    overHours(columns.change4h[i] as number, 4),
    overHours(columns.change24h[i] as number, 24),
    fromAverage(columns.ema20[i] as number, 20),
    fromAverage(columns.ema50[i] as number, 50),
    fromAverage(columns.ema200[i] as number, 200),
    ((columns.rsi14[i] as number) - 50) / 15,
    inPrice(macd.line[i] as number) / 2,
    inPrice(macd.histogram[i] as number) * 2,
    ((columns.adx14[i] as number) - 25) / 15,
    Math.log((columns.atrRatio[i] as number) / USUAL_VOLATILITY),
    Math.log(volatility / USUAL_VOLATILITY),
    ((columns.bollingerPosition[i] as number) - 0.5) * 2,
    Math.log(Math.max(0.01, columns.volumeRatio20[i] as number)),
    0,
    0,
    0,
    trendOf(columns.regime.x1[i] as number),
  ];
}

/** Bull 1, sideways 0, bear −1; not known: 0. */
const trendOf = (code: number): number => (code === 1 || code === -1 ? code : 0);

export const bounded = (value: number): number =>
  Number.isFinite(value) ? Math.max(-BOUND, Math.min(BOUND, value)) : 0;
