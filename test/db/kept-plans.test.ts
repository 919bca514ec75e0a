/** Statements that ask for it are planned once a connection; all others as ever. */
import { sql } from 'kysely';
import { expect, inject, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { KEPT } from '../../db/kept-plans.ts';

it('keeps the plan of what asks for it, whatever its values, and of nothing else', async () => {
  const db = openDatabase(inject('postgresUrl'), { poolSize: 1 });
  const doubled = async (value: number): Promise<number | undefined> =>
    (await sql<{ two: number }>`${KEPT} select ${value}::int * 2 as two`.execute(db)).rows[0]?.two;
  expect([await doubled(4), await doubled(21)]).toEqual([8, 42]);
  await sql`select ${1}::int`.execute(db);
  const { rows } = await sql<{ calls: string }>`
    select generic_plans + custom_plans as calls from pg_prepared_statements`.execute(db);
  expect(rows.map(({ calls }) => Number(calls))).toEqual([2]);
  await closeDatabase(db);
});
