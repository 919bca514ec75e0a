/**
 * What the reviewed trades of a strategy have taught a session: in virtual time what was known at its first bar, so that
 * a repeated session gives the same result; in real time what is known at each walk.
 */
import type { PatternTable } from '../../domain/learning/online/patterns.ts';
import type { LearntStrategy } from '../../domain/learning/online/should-trade.ts';
import { isRealTime } from '../../schemas/governance.ts';
import type { ParsedSession } from '../../schemas/session-input.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';

export type PatternParts = {
  /** The patterns in the trades of a strategy that had closed by then. */
  readonly learntPatterns: (strategyId: string, untilMs: number) => Promise<PatternTable>;
  /** The health of the strategy by the same trades. */
  readonly learntHealth: (strategyId: string, untilMs: number) => Promise<LearntStrategy['health']>;
};

type Learnt = { readonly online: PatternTable; readonly onlineHealth: LearntStrategy['health'] };
type Components = Pick<ParsedSession, 'components' | 'tradingMode'>;

/** For the handle of a session in virtual time; nothing for one in real time. */
export async function patternsBefore(
  parts: PatternParts,
  { components, tradingMode }: Components,
  { strategyId, firstBarMs }: { readonly strategyId: string; readonly firstBarMs: number },
): Promise<Pick<SessionHandle, 'online' | 'onlineHealth'>> {
  if (!components.includes('online') || isRealTime(tradingMode)) return {};
  const { online, onlineHealth } = await learntUntil(parts, strategyId, firstBarMs);
  return { online: { ...online }, onlineHealth: { ...onlineHealth, reasons: [...onlineHealth.reasons] } };
}

/** For one walk: in virtual time what the handle carries. */
export async function patternsNow(
  parts: PatternParts & { readonly nowMs: () => number },
  { components, tradingMode }: Components,
  { strategyId, online, onlineHealth }: Pick<SessionHandle, 'strategyId' | 'online' | 'onlineHealth'>,
): Promise<Partial<Learnt>> {
  if (!components.includes('online')) return {};
  if (isRealTime(tradingMode)) return learntUntil(parts, strategyId, parts.nowMs());
  return { ...(online === undefined ? {} : { online }), ...(onlineHealth === undefined ? {} : { onlineHealth }) };
}

async function learntUntil(parts: PatternParts, strategyId: string, untilMs: number): Promise<Learnt> {
  const [online, onlineHealth] = await Promise.all([
    parts.learntPatterns(strategyId, untilMs),
    parts.learntHealth(strategyId, untilMs),
  ]);
  return { online, onlineHealth };
}
