/**
 * What the Risk Officer is told of one portfolio: equity, what is held, and the days behind it. Money and prices are
 * decimal strings, instants epoch ms UTC. Whatever does not fit is an unknown portfolio, never an empty one.
 */
import { z } from 'zod';
import { decimalSchema } from '../decimal.ts';

const positiveSchema = decimalSchema.refine((text) => Number(text) > 0, { error: 'a decimal above 0' });
/** Their quotients and the fourth powers of these stay numbers. */
const closeSchema = z.number().min(1e-15).max(1e15);
const POSITIONS_MAX = 1_000;
const DAYS_MAX = 1_000;

export const heldPositionSchema = z.strictObject({
  symbol: z.string().min(1).max(40),
  /** Above 0 long, below 0 short. */
  quantity: decimalSchema,
  /** The last known one. */
  price: positiveSchema,
  leverage: z.number().min(1).max(200).default(1),
  /** Units in an ordinary bar, and how long a bar is; null: not known, which counts as not sellable. */
  barVolume: z.number().min(0).nullable(),
  barIntervalMs: z.number().int().positive(),
  /** [whole days since 1970, close of that day], in any order; days without trade are left out. */
  dailyCloses: z.array(z.tuple([z.number().int(), closeSchema])).max(DAYS_MAX),
});
export type HeldPosition = z.infer<typeof heldPositionSchema>;

export const riskPortfolioSchema = z.strictObject({
  equity: positiveSchema,
  /** At the start of the account's day, and the highest ever. */
  dayStartEquity: positiveSchema,
  peakEquity: positiveSchema,
  /** Age of the oldest price among what is held; null: not known. Without a position it says nothing. */
  dataAgeMs: z.number().int().min(0).nullable(),
  /** From this age a price is stale. */
  dataAgeMaxMs: z.number().int().positive(),
  positions: z.array(heldPositionSchema).max(POSITIONS_MAX),
});
export type RiskPortfolio = z.infer<typeof riskPortfolioSchema>;
