/**
 * Refuses new risk in a symbol whose data are quarantined (jumps, crossed or corrupt rows), in paper and live modes.
 * Backtests over such data run: the finding stands in their report.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

export const quarantine: RiskRule = boundsNewRisk(({ intent, market, tradingMode }) => {
  if (market.quarantined === null || tradingMode === 'backtest') return null;
  return refuse('quarantine', `${intent.symbol} is quarantined: ${market.quarantined}`);
});
