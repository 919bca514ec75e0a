/**
 * Refuses new risk while the account's state is unknown, or its equity is no number or not above 0.
 * What is not known is never read as zero risk.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const portfolioUnknown: RiskRule = boundsNewRisk(({ account, intent }) => {
  if (account === null) {
    return refuse('portfolioUnknown', `the portfolio of ${intent.accountId} is unknown; no new risk until it is read`);
  }
  if (account.equity.isFinite() && account.equity.gt(0)) return null;
  return refuse('portfolioUnknown', `equity ${account.equity.toString()} USD; new risk needs an equity above 0`);
});
