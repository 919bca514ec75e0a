/**
 * Pages of the HTTP interface are answered as they are read: every column of every resource comes from Postgres as the
 * kind that it is described as, and only those may be null that say so.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as researchResources from '../../db/read/research-resources.ts';
import { type Column, type Resource, selectRows } from '../../db/read/resource.ts';
import * as tradingResources from '../../db/read/trading-resources.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';

/** Types of Postgres by their number: text, double precision, boolean, bigint, jsonb. */
const TYPES: Readonly<Record<Column['kind'], number>> = {
  ...{ text: 25, decimal: 25, number: 701, flag: 16, instant: 20, json: 3_802 },
};
const ALL = Object.entries({ ...tradingResources, ...researchResources }) as [string, Resource][];
let desk: DeskDatabase;
let owner: pg.Client;

beforeAll(async () => {
  desk = await openDeskDatabase();
  owner = new pg.Client({ connectionString: desk.url });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await desk.close();
});

it.each(ALL)('%s are read as they are described', async (_name, resource) => {
  const query = selectRows(resource).compile(desk.db);
  const { fields } = await owner.query(`${query.sql} limit 0`, [...query.parameters]);
  const kinds = Object.entries(resource.columns).map(([name, { kind }]) => [name, TYPES[kind]]);
  expect(fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual(kinds);
});

it.each(ALL)('%s are never null where that is not said', async (_name, { table, columns }) => {
  const { rows } = await owner.query<{ name: string }>(
    `select attname as name from pg_attribute join pg_class c on c.oid = attrelid
      where c.relname = $1 and c.relkind = 'r' and attnum > 0 and not attnotnull`,
    [table],
  );
  const mayBeNull = new Set(rows.map(({ name }) => name));
  const wrong = Object.values(columns).filter(({ from, nullable }) => !nullable && mayBeNull.has(from));
  expect(wrong).toEqual([]);
});
