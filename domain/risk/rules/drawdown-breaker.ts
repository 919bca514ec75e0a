/**
 * Refuses new risk after a drawdown from the peak of equity at or above the breaker's fraction (default 0.08).
 * Stands once tripped, until it is released; an equity below the breaker that no mark has told yet counts as well.
 */
import { toDecimal, ZERO } from '../../decimal.ts';
import type { AccountView, RiskRule } from '../gate-input.ts';
import { isAboveBreaker } from '../risk-state.ts';
import { boundsNewRisk, figure, instant, refuse } from '../wording.ts';

const RULE = 'drawdownBreaker';

export const drawdownBreaker: RiskRule = boundsNewRisk(({ account, desk }) => {
  if (account === null) return null;
  const { breaker, peakEquity } = account.riskState;
  const limit = `the limit is ${desk.drawdownBreakerFraction}`;
  if (breaker !== null) return refuse(RULE, `${drawdown(account)}; tripped ${instant(breaker.trippedAtMs)}, ${limit}`);
  if (isAboveBreaker(account.equity, toDecimal(peakEquity), desk.drawdownBreakerFraction)) return null;
  return refuse(RULE, `${drawdown(account)}; ${limit}`);
});

function drawdown({ equity, riskState }: AccountView): string {
  const peak = toDecimal(riskState.peakEquity);
  const fraction = peak.gt(0) ? peak.minus(equity).div(peak) : ZERO;
  return `equity ${figure(equity)} USD is ${figure(fraction)} below its peak of ${figure(peak)} USD`;
}
