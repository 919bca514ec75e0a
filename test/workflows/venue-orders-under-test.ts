/** Orders of a venue desk as its tests give and follow them: ten coins at 100, and the states that their legs reach. */
import type { OrderRun } from '../../scripts/lib/desk-in-process.ts';
import { orderQuery } from '../../workflows/messages/order-execution.ts';
import { until } from './desk-under-test.ts';

export const FLAT_CLOSES: readonly number[] = Array.from({ length: 40 }, () => 100);

export const venueOrder = (symbol: string, change: Record<string, unknown> = {}) => ({
  accountId: 'alpaca-paper',
  symbol,
  side: 'buy',
  quantity: '10',
  reasoning: 'a test of the desk',
  checkIntervalMs: 100,
  ...change,
});

/** `entry FILLED 10` of each order. */
export async function statesOf(run: Pick<OrderRun, 'query'>): Promise<string[]> {
  const { orders } = await run.query(orderQuery);
  return orders.map((one) => `${one.leg} ${one.state} ${one.quantityFilled}`);
}

export const reaches = (run: Pick<OrderRun, 'query'>, states: readonly string[]): Promise<string[]> =>
  until(`the states ${states.join(', ')}`, async () => {
    const now = await statesOf(run);
    return JSON.stringify(now) === JSON.stringify(states) ? now : null;
  });
