/**
 * Refuses an entry when the account has made its number of entries this UTC day (default 50).
 */
import type { RiskRule } from '../gate-input.ts';
import { dayKeyOf } from '../risk-state.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const tradesPerDay: RiskRule = boundsNewRisk(({ account, compliance, nowMs }) => {
  if (account === null) return null;
  const { dayKey, tradesToday } = account.riskState;
  const made = dayKeyOf(nowMs) !== dayKey ? 0 : tradesToday;
  if (made + 1 <= compliance.tradesPerDayMax) return null;
  return refuse('tradesPerDay', `${made} entries today, at most ${compliance.tradesPerDayMax} are allowed`);
});
