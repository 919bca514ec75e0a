/** Transactions that Postgres asked to repeat are repeated; a pool outlives the death of its connections. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { inTransaction, pause, sqlState } from '../../db/retry.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await openDeskDatabase();
});
afterAll(() => desk.close());

const bump = (name: string) => sql`update counters set value = value + 1 where name = ${name}`;

it('repeats a transaction that met a deadlock, and both writers end', async () => {
  await sql`insert into counters (name, value) values ('left', 0), ('right', 0)`.execute(desk.db);
  let attempts = 0;
  let holders = 0;
  const cross = (first: string, second: string) =>
    inTransaction(desk.db, async (trx) => {
      attempts += 1;
      await bump(first).execute(trx);
      holders += 1;
      while (holders < 2) await pause(5);
      await bump(second).execute(trx);
    });
  await Promise.all([cross('left', 'right'), cross('right', 'left')]);
  const rows = await sql<{ value: number }>`select value from counters where name in ('left', 'right')`.execute(
    desk.db,
  );
  expect(rows.rows).toEqual([{ value: 2 }, { value: 2 }]);
  expect(attempts).toBe(3);
});

it('gives up after five attempts, and at once on any other error', async () => {
  let attempts = 0;
  const failing = (state: string) =>
    inTransaction(desk.db, (trx) => {
      attempts += 1;
      const raise = `do $$ begin raise exception 'again' using errcode = '${state}'; end $$`;
      return sql.raw(raise).execute(trx);
    }).catch((error: unknown) => error);
  expect(sqlState(await failing('40001'))).toBe('40001');
  expect(attempts).toBe(5);
  expect(sqlState(await failing('23505'))).toBe('23505');
  expect(attempts).toBe(6);
});

it('goes on after the server has ended an idle connection', async () => {
  const told: string[] = [];
  const pool = openDatabase(desk.url, { poolSize: 1, onIdleError: (error) => told.push(error.message) });
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(pool);
  await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0}::int)`.execute(desk.db);
  await expect.poll(() => told.length).toBe(1);
  expect((await sql<{ one: number }>`select 1 as one`.execute(pool)).rows).toEqual([{ one: 1 }]);
  await closeDatabase(pool);
});

it('cancels a statement that takes too long', async () => {
  const pool = openDatabase(desk.url, { poolSize: 1, statementTimeoutMs: 100 });
  const error = await sql`select pg_sleep(5)`.execute(pool).catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe('57014');
  await closeDatabase(pool);
});

it('reads whole numbers as numbers while they are safe, as text beyond, and days as text', async () => {
  const result = await sql`select 9007199254740991::bigint as safe, 9007199254740993::bigint as unsafe,
    date '2026-03-29' as day, 0.10::numeric as numeric`.execute(desk.db);
  expect(result.rows).toEqual([
    { safe: 9_007_199_254_740_991, unsafe: '9007199254740993', day: '2026-03-29', numeric: '0.10' },
  ]);
});
