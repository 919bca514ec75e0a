/** `calc metrics`: performance figures of a run out of its equity curve and the net results of its trades. */
import { z } from 'zod';
import { performanceMetrics, periodsPerYear } from '../../../domain/backtest/metrics.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { barIntervalMsSchema } from '../../../schemas/market.ts';
import { metricsDocument } from '../metrics-document.ts';
import { calculation } from './calculation.ts';

const POINTS_MAX = 2_000_000;

export const metrics = calculation({
  name: 'metrics',
  about: 'return, Sharpe, Sortino, Calmar, drawdown, profit factor, win rate of an equity curve and its trades',
  schema: z.strictObject({
    /** Wealth at the start, then after each bar. */
    equity: z.array(decimalSchema).min(1).max(POINTS_MAX),
    /** Net of fees and funding, one per closed trade. */
    tradePnls: z.array(decimalSchema).max(POINTS_MAX).default([]),
    barIntervalMs: barIntervalMsSchema.default(3_600_000),
    /** Absent: 365 days / barIntervalMs. */
    periodsPerYear: z.number().gt(0).optional(),
  }),
  example: {
    equity: ['100', '110', '99', '121'],
    tradePnls: ['10', '-11', '22'],
    barIntervalMs: 86_400_000,
  },
  answer: (input) =>
    metricsDocument(
      performanceMetrics({
        equity: input.equity.map(Number),
        tradePnls: input.tradePnls.map(Number),
        periodsPerYear: input.periodsPerYear ?? periodsPerYear(input.barIntervalMs),
      }),
    ),
});
