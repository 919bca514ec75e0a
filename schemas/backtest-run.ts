/**
 * The contract of a backtest as a workflow: the flags of `npm run backtest` in camelCase, as they
 * would be typed. Numbers may be numbers; `params` may be an object. Texts of costs and sizes are
 * read by `domain/backtest/read-backtest.ts`.
 */
import { z } from 'zod';
import { indicatorSeedSchema } from './features.ts';
import { symbolSchema } from './market.ts';
import { directionSchema, type SessionReport } from './strategy-session.ts';

const NUMBER = /^-?\d{1,9}(?:\.\d{1,12})?$/;

/** A number, or the same as text. */
const numeric = (least: number, most: number) =>
  z.union([z.number(), z.string().regex(NUMBER).transform(Number)]).pipe(z.number().min(least).max(most));

const whole = (least: number, most: number) =>
  z.union([z.number(), z.string().regex(NUMBER).transform(Number)]).pipe(z.number().int().min(least).max(most));

const text = z.string().max(200);

export const backtestRunInputSchema = z.strictObject({
  /** A built-in strategy by name, or the id of a stored one. */
  strategy: text,
  params: z.union([text, z.record(z.string(), z.union([z.number(), z.string()]))]).default({}),
  /** One, several in a list, or several in one text: BTC/USDT,ETH/USDT. */
  symbol: z.union([text, z.array(symbolSchema).min(1).max(20)]),
  interval: text,
  /** A CSV file next to the worker; without it bars stored in Postgres. */
  bars: z.string().max(1_000).optional(),
  synthetic: whole(1, 1_000_000).optional(),
  seed: whole(0, 4_294_967_295).default(1),
  from: text.optional(),
  to: text.optional(),
  cash: z.union([z.string(), z.number().transform(String)]).default('10000'),
  direction: directionSchema.optional(),
  commission: text.default('bps:5'),
  slippage: text.default('bps:2'),
  halfSpread: text.optional(),
  volumeLimit: numeric(0.000_001, 1).optional(),
  seedIndicators: indicatorSeedSchema.default('talib'),
  fill: z.enum(['nextOpen', 'close']).default('nextOpen'),
  size: text.optional(),
  closeLast: z.enum(['open', 'close', 'keep']).default('keep'),
  rules: z.enum(['desk', 'none']).optional(),
  leverage: whole(1, 10).default(1),
  /** A year's, under the desk's rules: the leverage manager decides. */
  targetVolatility: numeric(0.001, 10).optional(),
  stopAtr: numeric(0.01, 100).optional(),
  targetAtr: numeric(0.01, 100).optional(),
  trailAtr: numeric(0.01, 100).optional(),
  maxHold: whole(1, 1_000_000).optional(),
  funding: numeric(-0.1, 0.1).default(0),
  borrow: numeric(0, 10).default(0),
  /** Into how many tests the run is cut. */
  walkForward: whole(1, 100).optional(),
});
export type BacktestRunInput = z.infer<typeof backtestRunInputSchema>;

/** The report; trades, fills and equity are in table `backtests` under the run's id. */
export type BacktestRunResult = { readonly runId: string; readonly report: SessionReport };

export type BacktestProgress = {
  readonly state: 'running' | 'done';
  readonly runId: string;
  readonly bars: number;
  readonly trades: number;
};
