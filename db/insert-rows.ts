/**
 * Many rows in one statement: they travel as one JSON parameter and Postgres casts each value to its column.
 * JSON columns take plain objects and arrays; decimals go as strings and stay exact. Not for bars (see bars.ts).
 */
import { type Insertable, type RawBuilder, sql } from 'kysely';
import { KEPT } from './kept-plans.ts';
import { jsonText } from './storable.ts';
import type { Database, Tables } from './tables.ts';

type TableName = keyof Tables & string;
type Row<T extends TableName> = Readonly<Insertable<Tables[T]>>;
type InsertOptions = { readonly onConflict?: 'nothing' };

/**
 * Inserts all rows or none. A column that no row names takes its default; one that only some rows name is NULL
 * in the others. `onConflict: 'nothing'` leaves out rows whose key exists.
 * @returns how many rows were inserted
 */
export async function insertRows<T extends TableName>(
  db: Database,
  table: T,
  rows: readonly Row<T>[],
  options: InsertOptions = {},
): Promise<number> {
  if (rows.length === 0) return 0;
  const result = await insertion(table, rows, options).execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** The statement of `insertRows`, of at least one row, to be run beside others. */
export function insertion<T extends TableName>(
  table: T,
  rows: readonly Row<T>[],
  options: InsertOptions = {},
): RawBuilder<unknown> {
  const onConflict = options.onConflict === 'nothing' ? sql` on conflict do nothing` : sql``;
  return sql`${insertStatement(table, columnsOf(rows), rows)}${onConflict}`;
}

/** Several insertions as one statement: one round trip, and rows may refer to each other whatever the order. */
export async function insertTogether(db: Database, insertions: readonly RawBuilder<unknown>[]): Promise<void> {
  const steps = insertions.map((one, n) => sql`${sql.ref(`step_${n}`)} as (${one})`);
  await sql`${KEPT} with ${sql.join(steps)} select 1`.execute(db);
}

/**
 * Inserts rows and overwrites those whose key exists with all given columns. Of rows with the same key inside
 * `rows` the last one counts.
 */
export async function upsertRows<T extends TableName>(
  db: Database,
  table: T,
  keyColumns: readonly (keyof Row<T> & string)[],
  rows: readonly Row<T>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnsOf(rows);
  const updates = columns
    .filter((column) => !keyColumns.some((key) => key === column))
    .map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`);
  const action = updates.length === 0 ? sql`do nothing` : sql`do update set ${sql.join(updates)}`;
  const keys = sql.join(keyColumns.map((key) => sql.ref(key)));
  const insert = insertStatement(table, columns, lastOfEachKey(keyColumns, rows));
  await sql`${insert} on conflict (${keys}) ${action}`.execute(db);
}

function insertStatement(table: string, columns: readonly string[], rows: readonly object[]) {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  return sql`insert into ${sql.table(table)} (${names}) select ${names}
    from json_populate_recordset(null::${sql.table(table)}, ${jsonText(rows)}::json)`;
}

function columnsOf(rows: readonly object[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) if (value !== undefined) columns.add(column);
  }
  return [...columns];
}

function lastOfEachKey<R extends object, K extends keyof R>(keyColumns: readonly K[], rows: readonly R[]): R[] {
  return [...new Map(rows.map((row) => [jsonText(keyColumns.map((key) => row[key])), row])).values()];
}
