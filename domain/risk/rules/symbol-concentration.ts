/**
 * Refuses an order after which one symbol, over all strategies of the account, would hold too much margin at stake
 * (default 0.20 of equity). Long and short of different strategies are added, not netted.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const symbolConcentration: RiskRule = boundsNewRisk(({ account, desk, intent }, { exposure }) => {
  if (account === null || exposure === null) return null;
  const max = account.equity.times(desk.symbolConcentrationMax);
  if (exposure.symbolMargin.lte(max)) return null;
  const allowed = `${figure(max)} USD (${desk.symbolConcentrationMax} of equity)`;
  return refuse(
    'symbolConcentration',
    `margin at stake in ${intent.symbol} ${figure(exposure.symbolMargin)} USD above limit ${allowed}`,
  );
});
