/**
 * Refuses an entry when the account has made its number of entries this day, in the account's zone (default 50).
 */
import type { RiskRule } from '../gate-input.ts';
import { isOtherDay } from '../risk-state.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const tradesPerDay: RiskRule = boundsNewRisk(({ account, compliance, nowMs }) => {
  if (account === null) return null;
  const made = isOtherDay(account.riskState, nowMs) ? 0 : account.riskState.tradesToday;
  if (made + 1 <= compliance.tradesPerDayMax) return null;
  return refuse('tradesPerDay', `${made} entries today, at most ${compliance.tradesPerDayMax} are allowed`);
});
