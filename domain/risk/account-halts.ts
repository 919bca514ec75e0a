/**
 * What stands between an account and its next order, beside its risk: the book
 * differs from the venue, or an order is in doubt.
 */
import type { Order } from '../../schemas/execution.ts';

/** `account`: why nothing at all is sent. `symbols`: why nothing new is opened in a symbol. */
export type AccountHalts = { readonly account: string | null; readonly symbols: ReadonlyMap<string, string> };

export const NO_HALTS: AccountHalts = { account: null, symbols: new Map() };

/** Orders of which nobody knows whether they live: new openings of their symbol wait (rule D6). */
const IN_DOUBT: readonly Order['state'][] = ['UNKNOWN', 'MANUAL', 'CANCEL_UNKNOWN'];

export const haltsOf = (frozen: string | null, orders: readonly Order[]): AccountHalts => ({
  account: frozen,
  symbols: new Map(
    orders
      .filter((one) => IN_DOUBT.includes(one.state))
      .map((one) => [one.symbol, `order ${one.clientOrderId} is ${one.state}`]),
  ),
});
