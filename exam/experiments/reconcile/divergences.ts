/**
 * Ways in which books and venue come apart, each made behind the desk's back: at the venue by hand, or in the desk's
 * own tables as only a superuser could. Each tells what has to be found and how to put it right again for the next one.
 */

import { toDecimal } from '../../../domain/decimal.ts';
import type { Random } from '../../../domain/market/random.ts';
import { execute } from '../../small-desk/site.ts';
import type { SmallDesk } from '../../small-desk/small-desk.ts';

export type Divergence = {
  readonly name: string;
  /** The kind of difference that the report has to name. */
  readonly expected: string;
  readonly make: () => Promise<void>;
  readonly undo: () => Promise<void>;
};

/** The smallest quantity that is traded. */
export const UNIT = '0.000000001';
const CENT = '0.01';

export const DIVERGENCES = {
  'extra order': extraOrder,
  'missing fill': missingFill,
  'quantity off at the venue': quantityThere,
  'quantity off in the desk': quantityHere,
  'cash off at the venue': cashThere,
  'cash off in the desk': cashHere,
} satisfies Record<string, (desk: SmallDesk, random: Random) => Promise<Divergence>>;

export type DivergenceName = keyof typeof DIVERGENCES;
export const DIVERGENCE_NAMES = Object.keys(DIVERGENCES) as DivergenceName[];

const SYMBOLS = ['BTC/USD', 'ETH/USD', 'SOL/USD'];
export const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.min(list.length - 1, Math.floor(random.uniform() * list.length))] as T;

/** Somebody else's order at rest on the same account. */
async function extraOrder(desk: SmallDesk, random: Random): Promise<Divergence> {
  const { control } = desk.venue();
  const symbol = pick(random, SYMBOLS);
  let id: string | null = null;
  const body = { symbol, side: 'buy', type: 'limit', time_in_force: 'gtc', qty: '0.01', limit_price: '10' };
  return {
    name: `extra order in ${symbol}`,
    expected: 'extraOrder',
    make: async () => {
      const placed = control.order(body);
      if (!('id' in placed)) throw new Error(`the extra order was refused: ${JSON.stringify(placed)}`);
      id = placed.id;
    },
    undo: async () => void control.expire(id),
  };
}

/** The desk has lost a fill that the venue still tells of. */
async function missingFill(desk: SmallDesk, random: Random): Promise<Divergence> {
  const { rows } = await desk.pool.query<{ trade_id: string }>('select trade_id from fills order by trade_id');
  const { trade_id: tradeId } = pick(random, rows);
  const kept = 'exam_kept_fills';
  const one = `from fills where trade_id = '${tradeId}'`;
  return {
    name: `missing fill ${tradeId}`,
    expected: 'foreignFill',
    make: () => asSuperuser(desk, `create table ${kept} as select * ${one}; delete ${one}`),
    undo: () =>
      asSuperuser(desk, `insert into fills overriding system value select * from ${kept}; drop table ${kept}`),
  };
}

async function quantityThere(desk: SmallDesk, random: Random): Promise<Divergence> {
  const { control } = desk.venue();
  const held = await heldOf(desk, random);
  const sign = random.uniform() < 0.5 ? 1 : -1;
  return {
    name: `${held.symbol} off by ${sign} unit at the venue`,
    expected: 'position',
    make: async () => control.position(held.symbol, toDecimal(held.quantity).plus(toDecimal(UNIT).times(sign)), null),
    undo: async () => control.position(held.symbol, toDecimal(held.quantity), null),
  };
}

async function quantityHere(desk: SmallDesk, random: Random): Promise<Divergence> {
  const { symbol } = await heldOf(desk, random);
  const sign = random.uniform() < 0.5 ? '+' : '-';
  const back = sign === '+' ? '-' : '+';
  const change = (by: string): string =>
    `update positions set quantity = quantity ${by} ${UNIT} where symbol = '${symbol}'`;
  return {
    name: `${symbol} off by ${sign}1 unit in the desk`,
    expected: 'position',
    make: () => asSuperuser(desk, change(sign)),
    undo: () => asSuperuser(desk, change(back)),
  };
}

async function cashThere(desk: SmallDesk, random: Random): Promise<Divergence> {
  const { control } = desk.venue();
  const cash = toDecimal(await cashOf(desk));
  const sign = random.uniform() < 0.5 ? 1 : -1;
  return {
    name: `cash off by ${sign} cent at the venue`,
    expected: 'cash',
    make: async () => control.cash(cash.plus(toDecimal(CENT).times(sign))),
    undo: async () => control.cash(cash),
  };
}

async function cashHere(desk: SmallDesk, random: Random): Promise<Divergence> {
  const sign = random.uniform() < 0.5 ? '+' : '-';
  const back = sign === '+' ? '-' : '+';
  const change = (by: string): string => `update accounts set cash = cash ${by} ${CENT} where venue <> 'paper'`;
  return {
    name: `cash off by ${sign}1 cent in the desk`,
    expected: 'cash',
    make: () => asSuperuser(desk, change(sign)),
    undo: () => asSuperuser(desk, change(back)),
  };
}

async function heldOf({ pool }: SmallDesk, random: Random): Promise<{ symbol: string; quantity: string }> {
  const { rows } = await pool.query<{ symbol: string; quantity: string }>(
    `select symbol, quantity from positions where quantity <> 0 and account_id <> 'paper-1' order by symbol`,
  );
  return pick(random, rows);
}

async function cashOf({ pool }: SmallDesk): Promise<string> {
  const { rows } = await pool.query<{ cash: string }>(`select cash from accounts where venue <> 'paper'`);
  return rows[0]?.cash ?? '0';
}

/** Past every trigger, as nobody of the desk can be. */
export const asSuperuser = (desk: SmallDesk, text: string): Promise<void> =>
  execute(desk.database.url, `set session_replication_role = replica; ${text}`);
