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
    const quantity = fill.takes_back === null ? amount(fill.quantity) : amount(fill.quantity).neg();
    fills.set(fill.client_order_id, [...(fills.get(fill.client_order_id) ?? []), quantity]);
  }
  checkReversals(rows.fills, findings);
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
  for (const key of ['strategy_id', 'symbol', 'venue'] as const) {
    findings.value(`${path}.${key}`, fill[key], order[key], 'as in its order');
  }
  const side = fill.takes_back === null ? order.side : order.side === 'buy' ? 'sell' : 'buy';
  findings.value(`${path}.side`, fill.side, side, fill.takes_back === null ? 'as in its order' : 'to the other side');
}

/** What takes a fill back is its mirror, and each fill is taken back once. */
function checkReversals(fills: readonly StoredFill[], findings: Findings): void {
  const byId = new Map(fills.map((fill) => [fill.trade_id, fill]));
  const seen = new Set<string>();
  for (const fill of fills) {
    if (fill.takes_back === null) continue;
    const path = `fills.${fill.trade_id}`;
    const of = byId.get(fill.takes_back);
    if (of === undefined || of.takes_back !== null || seen.has(fill.takes_back)) {
      findings.mismatch(path, fill.takes_back, 'a fill of the account that nothing else takes back');
      continue;
    }
    seen.add(fill.takes_back);
    findings.value(`${path}.client_order_id`, fill.client_order_id, of.client_order_id, 'as in what it takes back');
    findings.amount(`${path}.quantity`, fill.quantity, amount(of.quantity), 'as in what it takes back');
    findings.amount(`${path}.price`, fill.price, amount(of.price), 'as in what it takes back');
    findings.amount(`${path}.fee`, fill.fee, amount(of.fee).neg(), 'the fee that is returned');
    const returned = amount(of.fee_quantity ?? '0').neg();
    findings.amount(`${path}.fee_quantity`, fill.fee_quantity ?? '0', returned, 'the coins that are returned');
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
  // A leg covers what its entry has filled; at a venue orders go out in lots, and an exit closes what is still held.
  const shrinks = order.leg === 'stop' || order.leg === 'target' || order.venue !== 'paper';
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
