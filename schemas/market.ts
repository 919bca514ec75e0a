/**
 * The nouns of the market: symbols, bars, intervals, where bars come from.
 * A bar is stamped with its OPEN time (epoch ms UTC) and is known only at its close.
 */
import { z } from 'zod';

export const SYMBOL_PATTERN = /^[A-Z0-9]{1,15}([/.-][A-Z0-9]{1,15})?(:[A-Z0-9]{1,10})?$/;
export const symbolSchema = z.string().regex(SYMBOL_PATTERN);

/** Milliseconds between two bars: one second to one week. */
export const barIntervalMsSchema = z.number().int().min(1_000).max(604_800_000);

/** A bar as it crosses a border: prices and volume as exact decimal strings. */
export const barSchema = z.strictObject({
  openTimeMs: z.number().int(),
  open: z.string(),
  high: z.string(),
  low: z.string(),
  close: z.string(),
  volume: z.string(),
});
export type Bar = z.infer<typeof barSchema>;

/** Bars only: a path to anything else is refused before it is opened. */
const BAR_FILE_PATTERN = /^[^\0]+\.csv(\.gz)?$/i;

/** How ccxt names exchanges; whether it knows one of that name is said when it is asked. */
export const CCXT_ID_PATTERN = /^[a-z0-9]{2,30}$/;

const instantSchema = z.iso.datetime({ offset: true });

/** Bars stored in Postgres, or a CSV file next to the worker, walked at `speed` × wall time (backtests never wait). */
const replaySourceSchema = z.strictObject({
  source: z.literal('replay'),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  file: z.string().max(1_000).regex(BAR_FILE_PATTERN).optional(),
  speed: z.number().positive().max(1_000_000).default(1),
});

/** Seeded, regime-switching, fat-tailed bars: the offline default. */
const syntheticSourceSchema = z.strictObject({
  source: z.literal('synthetic'),
  count: z.number().int().min(1).max(1_000_000).default(2_000),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
  speed: z.number().positive().max(1_000_000).default(1),
});

/** A vendor's market goes at the vendor's pace. */
const realTimeSchema = z.number().min(1).max(1).default(1);

/** Alpaca's bars: US shares, or crypto where the symbol is a pair. `from` and `to` bound a backtest, by open time. */
const alpacaSourceSchema = z.strictObject({
  source: z.literal('alpaca'),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  speed: realTimeSchema,
});

/** The public market data of an exchange that ccxt knows by this id, such as binance or kraken. */
const ccxtSourceSchema = z.strictObject({
  source: z.literal('ccxt'),
  exchange: z.string().regex(CCXT_ID_PATTERN),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  speed: realTimeSchema,
});

export const marketSourceSchema = z.discriminatedUnion(
  'source',
  [replaySourceSchema, syntheticSourceSchema, alpacaSourceSchema, ccxtSourceSchema],
  { unionFallback: true },
);
export type MarketSource = z.infer<typeof marketSourceSchema>;

/** A run of missing bars: the first missing stamp and how many are missing. Kept and reported, never filled. */
export const gapSchema = z.strictObject({ fromMs: z.number().int(), missingCount: z.number().int().positive() });
export type Gap = z.infer<typeof gapSchema>;
