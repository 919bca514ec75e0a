/** Whether there is a trend, which way, and where it would end. */
import { aroon } from '../../domain/features/wide/aroon.ts';
import { ichimoku } from '../../domain/features/wide/ichimoku.ts';
import { vortex } from '../../domain/features/wide/oscillators.ts';
import { parabolicSarTtr } from '../../domain/features/wide/parabolic-sar.ts';
import { superTrend } from '../../domain/features/wide/super-trend.ts';
import { wideIndicatorParameterSchemas as schemas } from '../../schemas/wide-indicators.ts';
import { heikinAshi, parabolicSar } from './technical-indicators.ts';
import { facts, wideIndicator } from './wide-indicator.ts';

export const TREND = {
  aroon: wideIndicator({
    about: 'how recent the highest high and the lowest low are; the later of equal ones counts',
    schema: schemas.aroon,
    facts: ({ period, partialFirst }) => {
      const warmupBars = partialFirst ? period : period + 1;
      return {
        up: facts('percent', warmupBars),
        down: facts('percent', warmupBars),
        oscillator: facts('points', warmupBars),
      };
    },
    columns: (bars, p) => aroon(bars, p.period, p.partialFirst),
  }),
  vortex: wideIndicator({
    about: 'upward and downward movement over true range; 1 without a range',
    schema: schemas.vortex,
    facts: (p) => ({ plus: facts('ratio', p.period + 1), minus: facts('ratio', p.period + 1) }),
    columns: (bars, p) => vortex(bars, p.period),
  }),
  parabolicSar: wideIndicator({
    about: 'parabolic stop and reverse, taken to rise at first: before the first turn it says little',
    schema: schemas.parabolicSar,
    facts: () => ({ parabolicSar: facts('price', 1) }),
    columns: (bars, p) => ({
      parabolicSar: p.rule === 'ttr' ? parabolicSarTtr(bars, p, p.initialGap) : parabolicSar(bars, p),
    }),
  }),
  ichimoku: wideIndicator({
    about: 'Ichimoku at the bar it is known; cloudA and cloudB are the spans of `displacement` bars ago',
    schema: schemas.ichimoku,
    facts: ({ conversion, base, span, displacement }) => ({
      conversion: facts('price', conversion),
      base: facts('price', base),
      spanA: facts('price', Math.max(conversion, base)),
      spanB: facts('price', span),
      cloudA: facts('price', Math.max(conversion, base) + displacement),
      cloudB: facts('price', span + displacement),
    }),
    columns: (bars, p) => ichimoku(bars, p),
  }),
  superTrend: wideIndicator({
    about: 'trailing band of ATR and the trend it follows',
    schema: schemas.superTrend,
    facts: (p) => ({ superTrend: facts('price', p.period + 1), trend: facts('trend', p.period + 1) }),
    columns: (bars, p) => superTrend(bars, p.period, p.multiplier),
  }),
  heikinAshi: wideIndicator({
    about: 'candles averaged with the one before',
    schema: schemas.heikinAshi,
    facts: () => ({
      open: facts('price', 1),
      high: facts('price', 1),
      low: facts('price', 1),
      close: facts('price', 1),
    }),
    columns: (bars) => heikinAshi(bars),
  }),
};
