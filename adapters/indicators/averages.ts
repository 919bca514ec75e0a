/** Moving averages beyond SMA and EMA, of the close. A price that never moves is its own average. */
import {
  adaptiveMovingAverage,
  doubleExponentialAverage,
  hullMovingAverage,
  tripleExponentialAverage,
  weightedMovingAverage,
} from '../../domain/features/wide/moving-averages.ts';
import { wideIndicatorParameterSchemas as schemas } from '../../schemas/wide-indicators.ts';
import { facts, wideIndicator } from './wide-indicator.ts';

export const AVERAGES = {
  wma: wideIndicator({
    about: 'weighted moving average: the newest close counts most',
    schema: schemas.wma,
    facts: (p) => ({ wma: facts('price', p.period) }),
    columns: ({ close }, p) => ({ wma: weightedMovingAverage(close, p.period) }),
  }),
  dema: wideIndicator({
    about: 'double exponential moving average',
    schema: schemas.dema,
    facts: (p) => ({ dema: facts('price', 2 * p.period - 1) }),
    columns: ({ close }, p) => ({ dema: doubleExponentialAverage(close, p.period) }),
  }),
  tema: wideIndicator({
    about: 'triple exponential moving average',
    schema: schemas.tema,
    facts: (p) => ({ tema: facts('price', 3 * p.period - 2) }),
    columns: ({ close }, p) => ({ tema: tripleExponentialAverage(close, p.period) }),
  }),
  hma: wideIndicator({
    about: 'Hull moving average',
    schema: schemas.hma,
    facts: (p) => ({ hma: facts('price', p.period + Math.floor(Math.sqrt(p.period)) - 1) }),
    columns: ({ close }, p) => ({ hma: hullMovingAverage(close, p.period) }),
  }),
  kama: wideIndicator({
    about: "Kaufman's adaptive moving average: quick in trends, slow in noise",
    schema: schemas.kama,
    facts: (p) => ({ kama: facts('price', p.period) }),
    columns: ({ close }, p) => ({ kama: adaptiveMovingAverage(close, p.period, p.fast, p.slow) }),
  }),
};
