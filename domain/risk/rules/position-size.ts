/**
 * Refuses a position whose margin at stake would exceed its share of equity (tighter of mode and session).
 * Margin at stake = notional / leverage of what is held, at work and proposed, of one strategy in one symbol, in USD.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const positionSize: RiskRule = boundsNewRisk(({ account }, { effective, exposure }) => {
  if (account === null || exposure === null) return null;
  const max = account.equity.times(effective.positionFractionMax);
  if (exposure.positionMargin.lte(max)) return null;
  const limit = `${figure(max)} USD (${effective.positionFractionMax} of equity ${figure(account.equity)} USD)`;
  return refuse('positionSize', `margin at stake ${figure(exposure.positionMargin)} USD above limit ${limit}`);
});
