/** Volume weighed by where the price went. */
import {
  accumulationDistribution,
  chaikinMoneyFlow,
  chaikinOscillator,
  moneyFlowIndex,
} from '../../domain/features/wide/money-flow.ts';
import { wideIndicatorParameterSchemas as schemas } from '../../schemas/wide-indicators.ts';
import { forceIndex } from './technical-indicators.ts';
import { facts, wideIndicator } from './wide-indicator.ts';

export const VOLUME = {
  mfi: wideIndicator({
    about: 'money flow index: share of turnover on rises; 50 where nothing moved or traded',
    schema: schemas.mfi,
    facts: (p) => ({ mfi: facts('percent', p.period + 1) }),
    columns: (bars, p) => ({ mfi: moneyFlowIndex(bars, p.period) }),
  }),
  cmf: wideIndicator({
    about: "Chaikin's money flow, -1 to 1; 0 where nothing traded or no bar had a range",
    schema: schemas.cmf,
    facts: (p) => ({ cmf: facts('fraction', p.period) }),
    columns: (bars, p) => ({ cmf: chaikinMoneyFlow(bars, p.period) }),
  }),
  adl: wideIndicator({
    about: 'accumulation/distribution line since the first bar',
    schema: schemas.adl,
    facts: () => ({ adl: facts('volume', 1) }),
    columns: (bars) => ({ adl: accumulationDistribution(bars) }),
  }),
  chaikinOscillator: wideIndicator({
    about: 'difference of two EMAs of the accumulation/distribution line',
    schema: schemas.chaikinOscillator,
    facts: (p) => ({ chaikinOscillator: facts('volume', p.slow) }),
    columns: (bars, p) => ({ chaikinOscillator: chaikinOscillator(bars, p.fast, p.slow) }),
  }),
  forceIndex: wideIndicator({
    about: 'EMA of change of the close times volume; 0 where nothing moved or traded',
    schema: schemas.forceIndex,
    facts: (p) => ({ forceIndex: facts('priceTimesVolume', p.period + 1) }),
    columns: (bars, p) => ({ forceIndex: forceIndex(bars, p.period) }),
  }),
};
