/**
 * Refuses new risk once the loss of the day exceeds the tighter of the session's and the desk's limit.
 * Loss = equity at the start of the day (of the account's zone) − equity
 * now, in USD; open positions count at their mark.
 */
import { toDecimal } from '../../decimal.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const dailyLoss: RiskRule = boundsNewRisk(({ account, desk }, { effective }) => {
  if (account === null) return null;
  const max = Math.min(effective.dailyLossMaxUsd, desk.dailyLossMaxUsd);
  const loss = toDecimal(account.riskState.dayStartEquity).minus(account.equity);
  return loss.lte(max) ? null : refuse('dailyLoss', `loss of the day ${figure(loss)} USD above limit ${max} USD`);
});
