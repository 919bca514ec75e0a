/**
 * Refuses an order after which all notional of the account, long plus short, held plus at work, would exceed its share
 * of equity (default 1.0; times the mode's leverage cap where leverage is on).
 */
import { exposureCap } from '../exposure.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const grossExposure: RiskRule = boundsNewRisk(({ account, desk }, { effective, exposure }) => {
  if (account === null || exposure === null) return null;
  const cap = exposureCap(desk.grossExposureMax, effective, exposure);
  const max = account.equity.times(cap);
  if (exposure.grossNotional.lte(max)) return null;
  const found = `gross exposure ${figure(exposure.grossNotional)} USD`;
  return refuse('grossExposure', `${found} above limit ${figure(max)} USD (${figure(cap)} of equity)`);
});
