/** The Markdown panel of one order in the Web UI. */
import type { OrderExecutionStatus } from '../../schemas/order-execution.ts';

export function orderDetails(status: OrderExecutionStatus): string {
  const reasons = status.reasons.map((one) => `- **${one.rule}**: ${one.message}`);
  const rows = status.orders.map(
    (one) => `| ${one.leg} | ${one.side} | ${one.type} | ${one.quantity} | ${one.quantityFilled} | ${one.state} |`,
  );
  return [
    `### Order of decision ${status.decisionId}: ${status.state}`,
    ...(reasons.length === 0 ? [] : ['Refused by the gate, worst first:', ...reasons]),
    ...(rows.length === 0
      ? []
      : ['| leg | side | type | quantity | filled | state |', '|---|---|---|---|---|---|', ...rows]),
  ].join('\n');
}
