/**
 * Refuses an entry when the account has sent its number of orders within the last 60 s (default 10).
 */
import type { RiskRule } from '../gate-input.ts';
import { ordersWithin } from '../risk-state.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

const MINUTE_MS = 60_000;

export const ordersPerMinute: RiskRule = boundsNewRisk(({ account, desk, nowMs }) => {
  if (account === null) return null;
  const sent = ordersWithin(account.riskState, nowMs, MINUTE_MS).length;
  if (sent + 1 <= desk.ordersPerMinuteMax) return null;
  return refuse('ordersPerMinute', `${sent} orders in the last minute, at most ${desk.ordersPerMinuteMax} are allowed`);
});
