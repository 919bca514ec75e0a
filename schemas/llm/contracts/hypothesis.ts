/** A claim about a market that a backtest can refute. `test` says which one; `falsifier` which result refutes it. */
import { z } from 'zod';
import { barIntervalMsSchema } from '../../market.ts';
import { STRATEGY_TYPES } from '../../signals.ts';
import * as part from './parts.ts';
import { designedParametersSchema } from './strategy.ts';

/** Figures of a backtest's report. */
const metricSchema = z.enum([
  'returnFraction',
  'sharpe',
  'sortino',
  'calmar',
  'drawdownFractionMax',
  'profitFactor',
  'winRate',
]);

export const hypothesisSchema = z.strictObject({
  version: part.versionSchema,
  statement: part.textSchema,
  test: z.strictObject({
    symbol: part.answerSymbolSchema,
    barIntervalMs: barIntervalMsSchema,
    strategyType: z.enum(STRATEGY_TYPES),
    parameters: designedParametersSchema,
  }),
  metric: metricSchema,
  /** The claim is refuted when the metric is on this side of the value. */
  falsifier: z.strictObject({ side: z.enum(['below', 'above']), value: z.number() }),
  rationale: part.textSchema,
});
