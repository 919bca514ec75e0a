/** `calc health`: whether a strategy still works, how often its rules are wrong, and what was learnt of its entries. */
import { z } from 'zod';
import { CUSUM, cusumRunLength } from '../../../domain/learning/online/cusum.ts';
import { ASSUMED_WIN_RATE } from '../../../domain/learning/online/false-alarms.ts';
import { learnPatterns, patternsOf, rankedPatterns } from '../../../domain/learning/online/patterns.ts';
import { shouldTrade } from '../../../domain/learning/online/should-trade.ts';
import { healthFalseAlarms, strategyHealth } from '../../../domain/learning/strategy-health.ts';
import { trendRegimeSchema, volatilityLevelSchema } from '../../../schemas/features.ts';
import { calculation } from './calculation.ts';

const TRADES_MAX = 100_000;

/** What was known at an entry; null where it was not. */
const entrySchema = z.strictObject({
  side: z.enum(['long', 'short']).default('long'),
  regime: trendRegimeSchema.nullable().default(null),
  volatility: volatilityLevelSchema.nullable().default(null),
  rsi: z.number().min(0).max(100).nullable().default(null),
  volumeRatio: z.number().min(0).nullable().default(null),
});

/** `returnFraction`: net of costs, of the entry's notional. */
const tradeSchema = z.strictObject({ returnFraction: z.number().min(-1e6).max(1e6), entry: entrySchema.optional() });

export const health = calculation({
  name: 'health',
  about: 'health of a strategy by its closed trades, false alarms of the rules, CUSUM, patterns and whether to trade',
  schema: z.strictObject({
    /** Oldest first. */
    trades: z.array(tradeSchema).max(TRADES_MAX),
    /** The true win rate at which false alarms are told. */
    trueWinRate: z.number().min(0).max(1).default(ASSUMED_WIN_RATE),
    /** The number of trades for which they are told. */
    falseAlarmTrades: z.number().int().min(1).max(10_000).default(50),
    cusum: z
      .strictObject({
        slack: z.number().min(0).max(5).default(CUSUM.slack),
        limit: z.number().gt(0).max(20).default(CUSUM.limit),
        shiftSigma: z.number().min(-10).max(10).default(1),
      })
      .prefault({}),
    /** An entry to be judged by what was learnt. */
    entry: entrySchema.optional(),
  }),
  example: {
    trades: [0.01, -0.005, 0.02, -0.01, -0.01, -0.004, -0.006, -0.002].map((returnFraction, k) => ({
      returnFraction,
      entry: { side: 'long' as const, regime: 'bull' as const, volatility: 'normal' as const, rsi: 40 + k },
    })),
    trueWinRate: 0.55,
    entry: { side: 'long', regime: 'bull', volatility: 'normal', rsi: 50, volumeRatio: 1 },
  },
  answer: ({ trades, trueWinRate, falseAlarmTrades, cusum, entry }) => {
    const judged = strategyHealth(trades);
    const patterns = learnPatterns(
      trades.flatMap(({ returnFraction, entry: at }) =>
        at === undefined ? [] : [{ patterns: patternsOf(at), won: returnFraction > 0, returnFraction }],
      ),
    );
    return {
      ...judged,
      falseAlarms: healthFalseAlarms(falseAlarmTrades, trueWinRate),
      cusumRunLength: {
        ...cusum,
        inControl: cusumRunLength(0, cusum),
        shifted: cusumRunLength(cusum.shiftSigma, cusum),
      },
      patterns: rankedPatterns(patterns),
      ...(entry === undefined ? {} : { shouldTrade: shouldTrade({ health: judged, patterns }, entry) }),
    };
  },
});
