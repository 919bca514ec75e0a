/** Intents, orders and fills against each other: nothing is sent without an intent, nothing filled beyond its order. */
import { type Amount, amount, amountText, NONE, sum } from './amounts.ts';
import type { Findings } from './findings.ts';
import type { AccountRows, StoredFill } from './read-account.ts';

type Order = AccountRows['orders'][number];
type Intent = AccountRows['intents'][number];

export function checkOrders(rows: AccountRows, findings: Findings): void {
  const intents = new Map(rows.intents.map((intent) => [intent.client_order_id, intent]));
  const fills = new Map<string, Amount[]>();
  for (const fill of rows.fills) {
    checkFill(fill, findings);
    fills.set(fill.client_order_id, [...(fills.get(fill.client_order_id) ?? []), amount(fill.quantity)]);
  }
  for (const order of rows.orders) {
    checkIntent(order, intents.get(order.client_order_id), findings);
    checkFilled(order, sum(fills.get(order.client_order_id) ?? []), findings);
  }
}

function checkFill({ order, ...fill }: StoredFill, findings: Findings): void {
  const path = `fills.${fill.trade_id}`;
  if (order === undefined) {
    findings.mismatch(path, fill.client_order_id, 'a fill of a known order of its account');
    return;
  }
  for (const key of ['strategy_id', 'symbol', 'side', 'venue'] as const) {
    findings.value(`${path}.${key}`, fill[key], order[key], 'as in its order');
  }
}

function checkIntent(order: Order, intent: Intent | undefined, findings: Findings): void {
  const path = `orders.${order.client_order_id}`;
  if (intent === undefined) {
    findings.mismatch(path, 'no intent', 'an intent recorded before it');
    return;
  }
  for (const key of ['decision_id', 'leg', 'account_id', 'strategy_id', 'symbol', 'side', 'type'] as const) {
    findings.value(`${path}.${key}`, order[key], intent[key], 'as in its intent');
  }
  // A leg covers what its entry has filled, so it may be smaller than it was meant to be.
  const shrinks = order.leg === 'stop' || order.leg === 'target';
  const wanted = amount(intent.quantity);
  const fits = shrinks ? amount(order.quantity).lte(wanted) : amount(order.quantity).eq(wanted);
  if (!fits) findings.mismatch(`${path}.quantity`, order.quantity, `${amountText(wanted)}, as in its intent`);
}

function checkFilled(order: Order, filled: Amount, findings: Findings): void {
  const path = `orders.${order.client_order_id}`;
  findings.amount(`${path}.quantityFilled`, order.quantity_filled, filled, 'the sum of its fills');
  if (filled.gt(order.quantity)) {
    findings.mismatch(`${path}.fills`, amountText(filled), `at most its quantity, ${order.quantity}`);
  }
  if (order.state === 'FILLED' && !filled.eq(order.quantity)) {
    findings.mismatch(`${path}.state`, order.state, `not FILLED with ${amountText(filled)} of ${order.quantity}`);
  }
  if (filled.eq(NONE) && order.state === 'PARTIAL') findings.mismatch(`${path}.state`, order.state, 'no fill, no part');
}
