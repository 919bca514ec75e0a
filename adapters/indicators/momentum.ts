/** How fast and how one-sidedly the price moves. */
import { changeBetween } from '../../domain/features/changes.ts';
import { simpleMovingAverage } from '../../domain/features/simple-moving-average.ts';
import { commodityChannelIndex } from '../../domain/features/wide/commodity-channel-index.ts';
import {
  awesomeOscillator,
  knowSureThing,
  stochasticRsi,
  trix,
  ultimateOscillator,
} from '../../domain/features/wide/oscillators.ts';
import { wideIndicatorParameterSchemas as schemas } from '../../schemas/wide-indicators.ts';
import { fastStochastic, williamsPercentRange } from './technical-indicators.ts';
import { facts, wideIndicator } from './wide-indicator.ts';

export const MOMENTUM = {
  stochastic: wideIndicator({
    about: 'close within the range of the last bars: fast, k = mean of fast, d = mean of k; 50 without a range',
    schema: schemas.stochastic,
    facts: (p) => ({
      fast: facts('percent', p.period),
      k: facts('percent', p.period + p.smoothing - 1),
      d: facts('percent', p.period + p.smoothing + p.signal - 2),
    }),
    columns: (bars, p) => {
      const fast = fastStochastic(bars, p.period);
      const k = simpleMovingAverage(fast, p.smoothing);
      return { fast, k, d: simpleMovingAverage(k, p.signal) };
    },
  }),
  stochasticRsi: wideIndicator({
    about: 'RSI within its own range of the last bars; 50 without a range',
    schema: schemas.stochasticRsi,
    facts: (p) => ({
      k: facts('percent', p.rsiPeriod + p.period + p.smoothing - 1),
      d: facts('percent', p.rsiPeriod + p.period + p.smoothing + p.signal - 2),
    }),
    columns: ({ close }, p) => stochasticRsi(close, p),
  }),
  williamsR: wideIndicator({
    about: 'Williams %R: -100 at the low, 0 at the high of the last bars; -50 without a range',
    schema: schemas.williamsR,
    facts: (p) => ({ williamsR: facts('percent', p.period) }),
    columns: (bars, p) => ({ williamsR: williamsPercentRange(bars, p.period) }),
  }),
  cci: wideIndicator({
    about: 'commodity channel index of the typical price; 0 where all are equal',
    schema: schemas.cci,
    facts: (p) => ({ cci: facts('points', p.period) }),
    columns: (bars, p) => ({ cci: commodityChannelIndex(bars, p.period) }),
  }),
  roc: wideIndicator({
    about: 'rate of change of the close',
    schema: schemas.roc,
    facts: (p) => ({ roc: facts('fraction', p.period + 1) }),
    columns: ({ close }, p) => ({ roc: changeBetween(close, p.period) }),
  }),
  trix: wideIndicator({
    about: 'change of a triple exponential average per bar, and its EMA',
    schema: schemas.trix,
    facts: (p) => ({
      trix: facts('fraction', 3 * p.period - 1),
      signal: facts('fraction', 3 * p.period + p.signal - 2),
    }),
    columns: ({ close }, p) => trix(close, p.period, p.signal),
  }),
  kst: wideIndicator({
    about: 'know sure thing: four smoothed rates of change in percent, weighted 1 to 4, and its mean',
    schema: schemas.kst,
    facts: ({ changes, means, signal }) => {
      const warmupBars = Math.max(...changes.map((bars, k) => bars + (means[k] as number)));
      return { kst: facts('points', warmupBars), signal: facts('points', warmupBars + signal - 1) };
    },
    columns: ({ close }, p) => knowSureThing(close, p),
  }),
  awesomeOscillator: wideIndicator({
    about: 'difference of two means of (high + low) / 2',
    schema: schemas.awesomeOscillator,
    facts: (p) => ({ awesomeOscillator: facts('price', p.slow) }),
    columns: (bars, p) => ({ awesomeOscillator: awesomeOscillator(bars, p.fast, p.slow) }),
  }),
  ultimateOscillator: wideIndicator({
    about: 'buying pressure over true range of three periods; 50 without a range',
    schema: schemas.ultimateOscillator,
    facts: (p) => ({ ultimateOscillator: facts('percent', p.slow + 1) }),
    columns: (bars, p) => ({ ultimateOscillator: ultimateOscillator(bars, p.fast, p.middle, p.slow) }),
  }),
};
