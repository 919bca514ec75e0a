/**
 * How much of a position's margin its venue asks for, in doubles: the formula of `execution/margin-ratio.ts`, 1 at the
 * price at which `match-bar.ts` liquidates.
 */
import type { Account, Lane } from './state.ts';

/** 0 without leverage or position; Infinity where the margin is gone. */
export function marginRatio(
  { plan }: Pick<Account, 'plan'>,
  { quantity, cost, mark }: Pick<Lane, 'quantity' | 'cost' | 'mark'>,
): number {
  if (plan.leverage <= 1 || quantity === 0) return 0;
  const balance = Math.abs(cost) / plan.leverage + (quantity * mark - cost);
  if (!(balance > 0)) return Number.POSITIVE_INFINITY;
  const fee = plan.commission.kind === 'bps' ? plan.commission.bps / 10_000 : 0;
  return (Math.abs(quantity * mark) * (plan.maintenanceMarginFraction + fee)) / balance;
}
