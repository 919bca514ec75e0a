/**
 * What the desk's two roles are refused by Postgres itself. Each statement runs as the role, in its own transaction.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertFills } from '../../db/fills.ts';
import { sqlState } from '../../db/retry.ts';
import { aFill, type DeskDatabase, openDeskDatabase } from './desk-database.ts';

const REFUSED = '42501';
let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
  await insertFills(desk.db, [aFill(1)]);
});
afterAll(() => desk.close());

/** The SQLSTATE the role gets, 'done' when the statement passes. Nothing is kept. */
async function tryAs(role: string, statement: string): Promise<string> {
  const rollBack = new Error('roll back');
  try {
    await desk.db.transaction().execute(async (trx) => {
      await sql`set local role ${sql.id(role)}`.execute(trx);
      await sql.raw(statement).execute(trx);
      throw rollBack;
    });
  } catch (error) {
    if (error !== rollBack) return sqlState(error);
  }
  return 'done';
}

describe('quarterdeck_app', () => {
  it.each(['fills', 'audit', 'events', 'ledger_entries', 'gate_refusals'])('cannot rewrite %s', async (table) => {
    const column = { fills: 'fee', audit: 'kind', events: 'type', ledger_entries: 'book' }[table] ?? 'rule';
    expect(await tryAs('quarterdeck_app', `update ${table} set ${column} = ${column}`)).toBe(REFUSED);
    expect(await tryAs('quarterdeck_app', `delete from ${table}`)).toBe(REFUSED);
    expect(await tryAs('quarterdeck_app', `truncate ${table}`)).toBe(REFUSED);
    expect(await tryAs('quarterdeck_app', `select * from ${table}`)).toBe('done');
  });

  it.each(['orders', 'order_intents', 'decisions', 'accounts', 'sessions', 'trades'])(
    'never deletes from %s',
    async (table) => {
      expect(await tryAs('quarterdeck_app', `delete from ${table}`)).toBe(REFUSED);
      expect(await tryAs('quarterdeck_app', `update ${table} set account_id = account_id`)).toBe('done');
    },
  );

  it.each([
    'create table more (id int)',
    'drop table fills',
    'alter table fills add column note text',
    'alter table ledger_entries disable trigger postings_balance',
    'create index more on fills (symbol)',
    'create role more',
    'delete from kysely_migration',
  ])('makes no change to the schema: %s', async (statement) => {
    expect(await tryAs('quarterdeck_app', statement)).toBe(REFUSED);
  });

  it('records fills, and moves the counters behind events', async () => {
    const insert = `insert into fills select venue, account_id, 'trade-2', client_order_id, strategy_id, symbol, side,
      quantity, price, fee, at from fills`;
    expect(await tryAs('quarterdeck_app', insert)).toBe('done');
    expect(await tryAs('quarterdeck_app', `update counters set value = value + 1`)).toBe('done');
  });
});

describe('quarterdeck_read', () => {
  it('looks at tables and views, and writes nothing', async () => {
    expect(await tryAs('quarterdeck_read', 'select * from fills')).toBe('done');
    expect(await tryAs('quarterdeck_read', 'select * from desk_performance')).toBe('done');
    expect(await tryAs('quarterdeck_read', 'update accounts set cash = 0')).toBe(REFUSED);
    expect(await tryAs('quarterdeck_read', 'insert into fills select * from fills')).toBe(REFUSED);
    expect(await tryAs('quarterdeck_read', 'delete from positions')).toBe(REFUSED);
    expect(await tryAs('quarterdeck_read', 'create table more (id int)')).toBe(REFUSED);
  });
});
