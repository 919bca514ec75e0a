/** Channels around the price, and volatility out of whole bars. */
import { chandelierExit, donchian, keltner } from '../../domain/features/wide/channels.ts';
import {
  garmanKlassVolatility,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from '../../domain/features/wide/range-volatility.ts';
import { wideIndicatorParameterSchemas as schemas } from '../../schemas/wide-indicators.ts';
import { facts, wideIndicator } from './wide-indicator.ts';

export const VOLATILITY = {
  keltner: wideIndicator({
    about: 'EMA of the close and a multiple of ATR on both sides',
    schema: schemas.keltner,
    facts: ({ period, atrPeriod }) => {
      const warmupBars = Math.max(period, atrPeriod + 1);
      return { upper: facts('price', warmupBars), middle: facts('price', period), lower: facts('price', warmupBars) };
    },
    columns: (bars, p) => keltner(bars, p.period, p.atrPeriod, p.multiplier),
  }),
  donchian: wideIndicator({
    about: 'highest high, lowest low and their middle; `excludeCurrent` leaves the bar itself out',
    schema: schemas.donchian,
    facts: ({ period, excludeCurrent }) => {
      const warmupBars = excludeCurrent ? period + 1 : period;
      return {
        upper: facts('price', warmupBars),
        middle: facts('price', warmupBars),
        lower: facts('price', warmupBars),
      };
    },
    columns: (bars, p) => donchian(bars, p.period, p.excludeCurrent),
  }),
  chandelierExit: wideIndicator({
    about: 'trailing stops: highest high minus, lowest low plus a multiple of ATR',
    schema: schemas.chandelierExit,
    facts: (p) => ({ long: facts('price', p.period + 1), short: facts('price', p.period + 1) }),
    columns: (bars, p) => chandelierExit(bars, p.period, p.multiplier),
  }),
  parkinsonVolatility: wideIndicator({
    about: 'volatility by high and low; 0 without a range',
    schema: schemas.parkinsonVolatility,
    facts: (p) => ({ parkinsonVolatility: facts('fraction', p.period) }),
    columns: (bars, p) => ({ parkinsonVolatility: parkinsonVolatility(bars, p.period, p.barsPerYear) }),
  }),
  garmanKlassVolatility: wideIndicator({
    about: 'volatility by open, high, low and close; 0 without a range',
    schema: schemas.garmanKlassVolatility,
    facts: (p) => ({ garmanKlassVolatility: facts('fraction', p.period) }),
    columns: (bars, p) => ({ garmanKlassVolatility: garmanKlassVolatility(bars, p.period, p.barsPerYear) }),
  }),
  rogersSatchellVolatility: wideIndicator({
    about: 'volatility by open, high, low and close that a drift does not bias; 0 without a range',
    schema: schemas.rogersSatchellVolatility,
    facts: (p) => ({ rogersSatchellVolatility: facts('fraction', p.period) }),
    columns: (bars, p) => ({ rogersSatchellVolatility: rogersSatchellVolatility(bars, p.period, p.barsPerYear) }),
  }),
  yangZhangVolatility: wideIndicator({
    about: 'volatility by whole bars and the gaps between them; 0 without a range',
    schema: schemas.yangZhangVolatility,
    facts: (p) => ({ yangZhangVolatility: facts('fraction', p.period + 1) }),
    columns: (bars, p) => ({ yangZhangVolatility: yangZhangVolatility(bars, p.period, p.barsPerYear) }),
  }),
};
