/**
 * What leverage has earned, as a session knows it: in virtual time what was known at its first bar, in real time what
 * has been reviewed by each walk. A session whose leverage nobody manages asks nothing.
 */
import { type LeverageTerms, leverageSettingsOf, leverageTermsOf } from '../../domain/backtest/leverage-terms.ts';
import type { LeverageRecord } from '../../domain/learning/leverage/leverage-record.ts';
import { isRealTime } from '../../schemas/governance.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import type { Strategy } from '../../schemas/signals.ts';

export type LeverageParts = {
  /** What the reviewed trades of a strategy say about leverage that had closed by then. */
  readonly learntLeverage: (strategyId: string, untilMs: number) => Promise<LeverageRecord>;
};

export async function leverageBefore(
  { learntLeverage }: LeverageParts,
  input: ParsedSession,
  session: { readonly strategy: Strategy; readonly strategyId: string; readonly firstBarMs: number },
): Promise<Pick<SessionHandle, 'leverageRecord'>> {
  if (isRealTime(input.tradingMode) || leverageSettingsOf(input, session.strategy) === null) return {};
  return { leverageRecord: [...(await learntLeverage(session.strategyId, session.firstBarMs))] };
}

export async function leverageNow(
  { learntLeverage, nowMs }: LeverageParts & { readonly nowMs: () => number },
  input: ParsedSession,
  { strategy, strategyId, leverageRecord }: Pick<SessionHandle, 'strategy' | 'strategyId' | 'leverageRecord'>,
): Promise<{ readonly leverage?: LeverageTerms }> {
  if (leverageSettingsOf(input, strategy) === null) return {};
  const isLive = isRealTime(input.tradingMode);
  return leverageTermsOf(input, strategy, isLive ? await learntLeverage(strategyId, nowMs()) : leverageRecord);
}
