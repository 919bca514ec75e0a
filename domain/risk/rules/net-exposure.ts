/**
 * Refuses an order after which the account's net notional in the order's own direction would exceed its share of equity
 * (default 1.0; times the mode's leverage cap where leverage is on). Orders against the net always pass here.
 */
import { exposureCap } from '../exposure.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const netExposure: RiskRule = boundsNewRisk(({ account, desk }, { effective, exposure }) => {
  if (account === null || exposure === null) return null;
  const cap = exposureCap(desk.netExposureMax, effective, exposure);
  const max = account.equity.times(cap);
  if (exposure.netNotional.lte(max)) return null;
  const found = `net exposure ${figure(exposure.netNotional)} USD`;
  return refuse('netExposure', `${found} above limit ${figure(max)} USD (${figure(cap)} of equity)`);
});
