/**
 * Refuses new risk for a while (default 60 minutes) after a run of losing trades (default 5).
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, instant, refuse } from '../wording.ts';

export const lossCooldown: RiskRule = boundsNewRisk(({ account, desk, market, nowMs: walkedMs }) => {
  const nowMs = market.agesAtMs ?? walkedMs;
  const untilMs = account?.riskState.cooldownUntilMs ?? null;
  if (account === null || untilMs === null || nowMs >= untilMs) return null;
  // Longer than a cool-down can be: it was set on a market clock that has since gone back.
  if (untilMs - nowMs > desk.lossCooldownMs) return null;
  const streak = `${account.riskState.lossStreak} losing trades in a row`;
  return refuse('lossCooldown', `${streak}; cooling down until ${instant(untilMs)}`);
});
