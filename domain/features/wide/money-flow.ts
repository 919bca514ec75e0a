/**
 * Volume weighed by where the price went. Money flow index (Quong and Soudack 1989), 0 to 100;
 * accumulation/distribution line, its Chaikin oscillator (units of volume) and Chaikin's money flow (-1 to 1).
 * A bar without range counts as neither bought nor sold; a window without volume has MFI 50 and money flow 0.
 */
import { exponentialMovingAverage } from '../exponential-moving-average.ts';
import { type BarColumns, outputColumn } from '../kernel.ts';
import { windowSum } from '../window-moments.ts';
import { typicalPrices } from './typical-prices.ts';

/** Typical prices that differ by no more than the rounding of two sums of three prices are equal. */
const ROUNDING = 4 * Number.EPSILON;
const NEUTRAL = 50;

/** 100 · bought / (bought + sold), sums of typical price · volume of rises and falls. First value at index `period`. */
export function moneyFlowIndex(bars: BarColumns, period: number): Float64Array {
  const typical = typicalPrices(bars);
  const flow = outputColumn(typical.length);
  for (let i = 1; i < typical.length; i += 1) {
    const now = typical[i] as number;
    const change = now - (typical[i - 1] as number);
    const direction = Math.abs(change) <= ROUNDING * now ? 0 : Math.sign(change);
    flow[i] = direction * now * (bars.volume[i] as number);
  }
  const bought = windowSum(
    flow.map((value) => (value + Math.abs(value)) / 2),
    period,
  );
  const moved = windowSum(flow.map(Math.abs), period);
  return bought.map((value, i) => (moved[i] === 0 ? NEUTRAL : (100 * value) / (moved[i] as number)));
}

/** Σ ((close - low) - (high - close)) / (high - low) · volume since the first bar, in units of volume. No warm-up. */
export function accumulationDistribution(bars: BarColumns): Float64Array {
  let sum = 0;
  return moneyFlowVolume(bars).map((value) => {
    sum += value;
    return sum;
  });
}

/** EMA(fast) - EMA(slow) of the accumulation/distribution line. First value at index slow - 1. */
export function chaikinOscillator(bars: BarColumns, fast: number, slow: number): Float64Array {
  const line = accumulationDistribution(bars);
  const average = exponentialMovingAverage(line, slow);
  return exponentialMovingAverage(line, fast).map((value, i) => value - (average[i] as number));
}

/** Money flow volume over volume of the last `period` bars, -1 to 1. First value at index period - 1. */
export function chaikinMoneyFlow(bars: BarColumns, period: number): Float64Array {
  const traded = windowSum(bars.volume, period);
  const flow = windowSum(moneyFlowVolume(bars), period);
  return flow.map((value, i) => (traded[i] === 0 ? 0 : value / (traded[i] as number)));
}

const moneyFlowVolume = ({ high, low, close, volume }: BarColumns): Float64Array =>
  close.map((value, i) => {
    const top = high[i] as number;
    const bottom = low[i] as number;
    return top === bottom ? 0 : ((value - bottom - (top - value)) / (top - bottom)) * (volume[i] as number);
  });
