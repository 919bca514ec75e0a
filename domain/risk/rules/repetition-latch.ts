/**
 * Refuses a strategy that has sent the same order N times inside the window (default 5 in 10 minutes): a loop, not a
 * view. Once latched it stays so until a person releases it.
 */
import type { GateInput, RiskRule } from '../gate-input.ts';
import { orderKey, ordersWithin } from '../risk-state.ts';
import { boundsNewRisk, refuse, seconds } from '../wording.ts';

const RULE = 'repetitionLatch';

export const repetitionLatch: RiskRule = boundsNewRisk((input) => {
  const { account, desk, intent } = input;
  if (account === null) return null;
  if (account.riskState.latched.includes(intent.strategyId)) {
    return refuse(
      RULE,
      `strategy ${intent.strategyId} repeated one order ${desk.repetitionCount} times; a person re-enables it`,
    );
  }
  const equal = equalOrders(input);
  if (equal + 1 <= desk.repetitionCount) return null;
  const window = seconds(desk.repetitionWindowMs);
  return refuse(
    RULE,
    `${equal} orders equal to this one within ${window}, at most ${desk.repetitionCount} are allowed`,
  );
});

function equalOrders({ account, desk, intent, nowMs }: GateInput): number {
  if (account === null || account.riskState.recentOrders.length === 0) return 0;
  const key = orderKey(intent);
  return ordersWithin(account.riskState, nowMs, desk.repetitionWindowMs).filter((one) => one.key === key).length;
}
