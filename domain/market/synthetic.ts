/**
 * Seeded bars with regimes and fat tails: the offline market. Not a model of any real market.
 * Log return of bar i = drift + sd × t(5); the bar's regime (bull, bear, sideways) is kept with probability 0.995.
 * Prices have 8 significant digits, volume is in units of the base, about 2,000,000 quote units a bar at any price
 * and at any interval. One stream of numbers per (seed, symbol): a longer series starts with the shorter one.
 * Beside + - * / it uses Math.sqrt, Math.log and Math.exp, which V8 computes alike on every machine.
 */
import type { BarSeries } from './bar-series.ts';
import { createRandom, type Random } from './random.ts';

type SyntheticRequest = {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly count: number;
  readonly seed: number;
};

type Character = { readonly sd: number; readonly drift: number; readonly volumeFactor: number };

const BULL: Character = { sd: 0.005, drift: 0.0003, volumeFactor: 1.1 };
const BEAR: Character = { sd: 0.009, drift: -0.0003, volumeFactor: 1.4 };
const SIDEWAYS: Character = { sd: 0.004, drift: 0, volumeFactor: 0.8 };
const REGIMES = [BULL, BEAR, SIDEWAYS] as const;

const SYNTHETIC_START_MS = 1_704_067_200_000; // 2024-01-01T00:00:00Z
const START_PRICE = 100;
const HOUR_MS = 3_600_000;
const KEEP_PROBABILITY = 0.995;
/** A bar never moves more than e^0.4 (49 %), so that synthetic data is never quarantined as a jump. */
const LOG_RETURN_MAX = 0.4;
const OPEN_NOISE = 0.05;
const WICK_NOISE = 0.5;
const QUOTE_VOLUME = 2_000_000;
const VOLUME_SPREAD = 0.35;
const SIGNIFICANT_DIGITS = 8;

/**
 * `count` bars from 2024-01-01T00:00Z at price 100. Standard deviations are per hour and scale with √(interval / 1 h),
 * drift with interval / 1 h; the regime's persistence is per bar.
 * @throws RangeError when `count` or `intervalMs` is not a positive whole number
 */
export function syntheticSeries(request: SyntheticRequest): BarSeries {
  const { symbol, intervalMs, count, seed } = request;
  if (!isPositiveInteger(count)) throw new RangeError(`count ${count} is not a positive whole number`);
  if (!isPositiveInteger(intervalMs)) throw new RangeError(`intervalMs ${intervalMs} is not a positive whole number`);
  const random = createRandom(`${seed}:${symbol}`);
  const series = emptySeries(symbol, intervalMs, count);
  const hours = intervalMs / HOUR_MS;
  let regime = Math.floor(random.uniform() * REGIMES.length);
  let previousClose = START_PRICE;
  for (let i = 0; i < count; i += 1) {
    if (i > 0) regime = nextRegime(regime, random);
    series.openTimeMs[i] = SYNTHETIC_START_MS + i * intervalMs;
    previousClose = writeBar(series, i, previousClose, REGIMES[regime] ?? SIDEWAYS, hours, random);
  }
  return series;
}

/** Fills bar `i` and answers its close. The first bar opens at exactly the start price. */
function writeBar(
  series: BarSeries,
  i: number,
  previousClose: number,
  character: Character,
  hours: number,
  random: Random,
): number {
  const sd = character.sd * Math.sqrt(hours);
  const move = clamp(character.drift * hours + sd * random.studentT5());
  const openNoise = clamp(OPEN_NOISE * sd * random.normal());
  const open = i === 0 ? previousClose : rounded(previousClose * Math.exp(openNoise));
  const close = rounded(previousClose * Math.exp(move));
  const up = Math.abs(clamp(WICK_NOISE * sd * random.normal()));
  const down = Math.abs(clamp(WICK_NOISE * sd * random.normal()));
  const spread = Math.exp(VOLUME_SPREAD * random.normal());
  series.open[i] = open;
  series.close[i] = close;
  series.high[i] = rounded(Math.max(open, close) * Math.exp(up));
  series.low[i] = rounded(Math.min(open, close) * Math.exp(-down));
  series.volume[i] = rounded((QUOTE_VOLUME / close) * character.volumeFactor * spread);
  return close;
}

function nextRegime(regime: number, random: Random): number {
  if (random.uniform() < KEEP_PROBABILITY) return regime;
  const step = random.uniform() < 0.5 ? 1 : 2;
  return (regime + step) % REGIMES.length;
}

function emptySeries(symbol: string, intervalMs: number, count: number): BarSeries {
  const column = () => new Float64Array(count);
  return {
    symbol,
    intervalMs,
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));
const clamp = (logReturn: number): number => Math.max(-LOG_RETURN_MAX, Math.min(LOG_RETURN_MAX, logReturn));
const isPositiveInteger = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
