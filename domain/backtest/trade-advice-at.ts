/**
 * Whether an entry of one symbol at one bar should be opened, judged by the strategy's earlier trades, in sessions with
 * the component `online`. It can make an entry smaller or refuse it, never larger; exits are not asked about.
 */
import type { Verdict } from '../../schemas/decision.ts';
import type { Proposal } from '../decision/advance-session.ts';
import { PATTERN_TRADES_MIN } from '../learning/online/patterns.ts';
import { shouldTrade, type TradeAdvice } from '../learning/online/should-trade.ts';
import { entryConditionsAt } from './online-voice-at.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';

/** Null without the component, when nothing is opened, or with too few trades to learn from. */
export function tradeAdviceAt(
  { features }: Pick<SymbolMarket, 'features'>,
  i: number,
  { intent, side }: Pick<Proposal, 'intent' | 'side'>,
  { online: patterns, onlineHealth: health = UNKNOWN, components }: WalkContext,
): TradeAdvice | null {
  if (patterns === undefined || !components.includes('online') || intent !== 'enter' || side === 0) return null;
  if ((patterns['']?.trades ?? 0) < PATTERN_TRADES_MIN && health.health !== 'degraded') return null;
  return shouldTrade({ health, patterns }, entryConditionsAt(features, i, side));
}

const UNKNOWN = { health: 'unknown', reasons: [] } as const;

/**
 * The context that an entry is sized in. One that is advised against keeps its size, so that there is an order to
 * refuse and the decision says why.
 */
export function asAdvised(context: WalkContext, ...advices: readonly (TradeAdvice | null)[]): WalkContext {
  const adjustment = Math.min(1, ...advices.map((advice) => (advice?.trade === true ? advice.adjustment : 1)));
  return adjustment === 1 ? context : { ...context, allocationWeight: (context.allocationWeight ?? 1) * adjustment };
}

/** The verdict with the learner's refusal after the reasons of the gate. */
export function withAdvice(verdict: Verdict, advice: TradeAdvice | null): Verdict {
  if (advice === null || advice.trade) return verdict;
  return { approved: false, reasons: [...verdict.reasons, { rule: 'shouldTrade', message: advice.reason }] };
}
