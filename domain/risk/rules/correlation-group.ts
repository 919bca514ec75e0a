/**
 * Refuses an order after which the symbols that move together with the order's (|rho| ≥ 0.8) would hold too much margin
 * at stake (default 0.30 of equity). An unknown group is the symbol alone.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const correlationGroup: RiskRule = boundsNewRisk(({ account, desk, intent }, { exposure }) => {
  if (account === null || exposure === null) return null;
  const max = account.equity.times(desk.correlationGroupMax);
  if (exposure.groupMargin.lte(max)) return null;
  const allowed = `${figure(max)} USD (${desk.correlationGroupMax} of equity)`;
  return refuse(
    'correlationGroup',
    `margin at stake in the group of ${intent.symbol} ${figure(exposure.groupMargin)} USD above limit ${allowed}`,
  );
});
