/**
 * A desk and a venue that agree: one bought order with two fills, one cancelled, one
 * that rests; for the checker to be led astray.
 */
import type pg from 'pg';

/** The venue's journal, line by line; `sequence` is added. */
export const journalLines = (): Record<string, unknown>[] => [
  { kind: 'start', profile: 'open-only', mode: 'paper', seed: 1 },
  { kind: 'account', account: 'PA1', cash: '1000' },
  accept('o-1', 'a-entry', 'buy', '2'),
  fill('o-1', 'a-entry', 't-1', '0.5', '100.01', '949.995', '1.5'),
  fill('o-1', 'a-entry', 't-2', '1.5', '100.02', '799.965', '0'),
  accept('o-2', 'b-entry', 'buy', '1'),
  { kind: 'cancel', ...order('o-2', 'b-entry'), filledQuantity: '0', reason: 'asked' },
  accept('o-3', 'a-stop', 'sell', '2'),
];

const order = (orderId: string, clientOrderId: string) => ({
  account: 'PA1',
  orderId,
  clientOrderId,
  symbol: 'BTC/USD',
});

export function accept(orderId: string, clientOrderId: string, side: string, quantity: string) {
  return { kind: 'accept', ...order(orderId, clientOrderId), side, quantity, origin: 'client', status: 'new' };
}

export function fill(
  orderId: string,
  clientOrderId: string,
  tradeId: string,
  quantity: string,
  price: string,
  cashAfter: string,
  leavesQuantity: string,
) {
  return {
    kind: 'fill',
    ...order(orderId, clientOrderId),
    tradeId,
    side: 'buy',
    quantity,
    price,
    cashAfter,
    leavesQuantity,
  };
}

export const journalText = (lines: readonly Record<string, unknown>[]): string =>
  lines.map((line, index) => `${JSON.stringify({ sequence: index + 1, ...line })}\n`).join('');

/** The same in the desk's tables. */
export async function bookAll(client: pg.Client): Promise<void> {
  await client.query(`insert into accounts (account_id, venue, currency, cash, equity, starting_cash, trading_mode)
    values ('desk', 'alpaca-paper', 'USD', 799.965, 1000, 1000, 'paper')`);
  await bookOrder(client, 'a-entry', 'buy', 'FILLED', '2', '2');
  await bookOrder(client, 'b-entry', 'buy', 'CANCELED', '1', '0');
  await bookOrder(client, 'a-stop', 'sell', 'ACKED', '2', '0');
  await bookFill(client, 't-1', '0.5', '100.01');
  await bookFill(client, 't-2', '1.5', '100.02');
  await client.query(`insert into positions (account_id, strategy_id, symbol, quantity, cost, average_price, mark_price,
    leverage, realized_pnl, fees, funding) values ('desk', 'manual', 'BTC/USD', 2, 200.035, 100, 100, 1, 0, 0, 0)`);
  await client.query(`insert into ledger_entries (posting_id, entry_id, account_id, book, kind, amount, currency, at)
    values ('p', 'p-1', 'desk', 'cash', 'fill', -200.035, 'USD', now()),
           ('p', 'p-2', 'desk', 'position:BTC/USD', 'fill', 200.035, 'USD', now())`);
}

async function bookOrder(
  client: pg.Client,
  id: string,
  side: string,
  state: string,
  quantity: string,
  filled: string,
): Promise<void> {
  const [decision = '', leg = ''] = id.split('-');
  const intent = `insert into order_intents (decision_id, leg, client_order_id, account_id, strategy_id, symbol, side,
    type, quantity, leverage, reduce_only, epoch, origin, created_at)
    values ($1, $2, $3, 'desk', 'manual', 'BTC/USD', $4, 'market', $5, 1, false, 0, 'manual', now())`;
  await client.query(intent, [decision, leg, id, side, quantity]);
  const row = `insert into orders (client_order_id, decision_id, leg, account_id, strategy_id, symbol, side, type,
    venue, state, simulated, quantity, quantity_filled, leverage, reduce_only, created_at)
    values ($1, $2, $3, 'desk', 'manual', 'BTC/USD', $4, 'market', 'alpaca-paper', $5, false, $6, $7, 1, false, now())`;
  await client.query(row, [id, decision, leg, side, state, quantity, filled]);
}

/** Trade ids as the venue's list of activities has them: with the instant in front. */
async function bookFill(client: pg.Client, tradeId: string, quantity: string, price: string): Promise<void> {
  const row = `insert into fills (venue, account_id, trade_id, client_order_id, strategy_id, symbol, side, quantity,
    price, fee, at) values ('alpaca-paper', 'desk', $1, 'a-entry', 'manual', 'BTC/USD', 'buy', $2, $3, 0, now())`;
  await client.query(row, [`20261121160000000::${tradeId}`, quantity, price]);
}
