/** What the desk believes, read from Postgres with nothing but SQL. Numbers come as text and become whole numbers here. */
import type pg from 'pg';
import { type Amount, amountOf, asValue, type Value } from './amounts.ts';
import { plainSymbol } from './journal.ts';

export type BookOrder = {
  readonly clientOrderId: string;
  readonly decisionId: string;
  readonly leg: string;
  readonly state: string;
  readonly quantity: Amount;
  readonly filled: Amount;
};
export type BookFill = {
  readonly tradeId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: Amount;
  readonly price: Amount;
};
export type Books = {
  readonly intents: ReadonlySet<string>;
  readonly orders: ReadonlyMap<string, BookOrder>;
  /** Those that take another one back are not among them. */
  readonly fills: readonly BookFill[];
  /** Trade ids of the fills that were taken back, once for each time. */
  readonly takenBack: readonly string[];
  readonly positions: ReadonlyMap<string, Amount>;
  readonly cash: Value;
  readonly startingCash: Value;
  readonly fees: Value;
  /** What the ledger's cash book moved by fills and fees. */
  readonly ledgerCash: Value;
  /** Why the account is frozen; null: it is not. */
  readonly frozen: string | null;
};

type Row = Readonly<Record<string, string>>;

/** All in one transaction, so that it is one state. @throws Error when there is no such account */
export async function readBooks(client: pg.Client, account: string): Promise<Books> {
  await client.query('begin transaction isolation level repeatable read read only');
  const ask = async (text: string): Promise<Row[]> => (await client.query<Row>(text, [account])).rows;
  const [home] = await ask('select cash, starting_cash from accounts where account_id = $1');
  if (home === undefined) throw new Error(`there is no account ${account}`);
  const intents = await ask('select client_order_id from order_intents where account_id = $1');
  const orders = await ask(
    `select client_order_id, decision_id, leg, state, quantity, quantity_filled from orders where account_id = $1`,
  );
  const fills = await ask(
    `select trade_id, client_order_id, symbol, side, quantity, price, fee,
       coalesce(takes_back, '') as takes_back from fills where account_id = $1`,
  );
  const positions = await ask(
    'select symbol, sum(quantity)::text as quantity from positions where account_id = $1 group by symbol',
  );
  const [ledger] = await ask(
    `select coalesce(sum(amount), 0)::text as cash from ledger_entries
     where account_id = $1 and book = 'cash' and kind <> 'deposit'`,
  );
  const [standing] = await ask('select frozen from account_standings where account_id = $1');
  await client.query('commit');
  return {
    intents: new Set(intents.map((row) => text(row, 'client_order_id'))),
    orders: new Map(orders.map((row) => [text(row, 'client_order_id'), orderOf(row)])),
    fills: fills.filter((row) => text(row, 'takes_back') === '').map(fillOf),
    takenBack: fills.map((row) => text(row, 'takes_back')).filter((id) => id !== ''),
    positions: new Map(positions.map((row) => [plainSymbol(text(row, 'symbol')), amountOf(text(row, 'quantity'))])),
    cash: asValue(amountOf(text(home, 'cash'))),
    startingCash: asValue(amountOf(text(home, 'starting_cash'))),
    fees: fills.reduce((sum, row) => sum + asValue(amountOf(text(row, 'fee'))), 0n),
    ledgerCash: asValue(amountOf(ledger?.cash ?? '0')),
    frozen: standing?.frozen ?? null,
  };
}

function text(row: Row, name: string): string {
  const value = row[name];
  if (value === undefined) throw new Error(`no column ${name}`);
  return value;
}

const orderOf = (row: Row): BookOrder => ({
  clientOrderId: text(row, 'client_order_id'),
  decisionId: text(row, 'decision_id'),
  leg: text(row, 'leg'),
  state: text(row, 'state'),
  quantity: amountOf(text(row, 'quantity')),
  filled: amountOf(text(row, 'quantity_filled')),
});

const fillOf = (row: Row): BookFill => ({
  tradeId: text(row, 'trade_id'),
  clientOrderId: text(row, 'client_order_id'),
  symbol: plainSymbol(text(row, 'symbol')),
  side: text(row, 'side'),
  quantity: amountOf(text(row, 'quantity')),
  price: amountOf(text(row, 'price')),
});
