/**
 * Whether a strategy should open a trade now, by what became of its trades so far. It advises: the gate disposes. The
 * adjustment is a factor from 0 to 1, so the learner can make an entry smaller and never larger.
 */
import type { StrategyHealth } from '../strategy-health.ts';
import { type EntryConditions, matchingPattern, nameOf, type PatternTable } from './patterns.ts';

/** What has been learnt of one strategy. */
export type LearntStrategy = {
  readonly health: Pick<StrategyHealth, 'health' | 'reasons'>;
  readonly patterns: PatternTable;
};

export type TradeAdvice = {
  readonly trade: boolean;
  /** 0 to 1; 0 where it should not trade. */
  readonly adjustment: number;
  readonly reason: string;
};

/** A pattern won less often than this, which also lost money, is left alone: the rule that degrades a strategy. */
const WIN_RATE_MIN = 0.35;

/** No for a degraded strategy and for a losing pattern; else the pattern's win rate over the strategy's, at most 1. */
export function shouldTrade({ health, patterns }: LearntStrategy, entry: EntryConditions): TradeAdvice {
  if (health.health === 'degraded') return refused(`degraded: ${health.reasons.join('; ')}`);
  const match = matchingPattern(patterns, entry);
  const own = matchingPattern({ '': patterns[''] ?? NONE }, entry);
  if (match === null || own === null) return { trade: true, adjustment: 1, reason: 'too few trades to learn from' };
  const { winRate, averageReturn, trades } = match;
  const told = `${nameOf(match.pattern)}: ${percent(winRate)} won (shrunk) of ${trades} trades`;
  if (winRate < WIN_RATE_MIN && averageReturn < 0) return refused(told);
  return { trade: true, adjustment: Math.min(1, winRate / own.winRate), reason: told };
}

const NONE = { trades: 0, wins: 0, returnSum: 0 };
const refused = (reason: string): TradeAdvice => ({ trade: false, adjustment: 0, reason });

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
