/**
 * Reading rows for people and programs: which columns of a table or view are shown, under which names, as which kinds.
 * One description gives the SQL and the schema of the answer, so neither can drift from the other. Names of columns are
 * only ever taken from here, never from a request. Money and quantities are decimal strings, instants epoch ms.
 */
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../tables.ts';

const KINDS = {
  text: z.string(),
  decimal: z.string().regex(/^-?\d+(\.\d+)?$/),
  number: z.number(),
  flag: z.boolean(),
  instant: z.int(),
  json: z.unknown(),
} as const;

export type Column = {
  readonly from: string;
  readonly kind: keyof typeof KINDS;
  readonly nullable: boolean;
  /** Shown of a single row only: too large for a page. */
  readonly alone: boolean;
};

const column =
  (kind: Column['kind'], nullable = false) =>
  (from: string): Column => ({ from, kind, nullable, alone: false });

/** Columns by kind; `maybe` are those that may be null. */
export const text = column('text');
export const decimal = column('decimal');
export const number = column('number');
export const flag = column('flag');
export const instant = column('instant');
export const json = column('json');
export const maybe = (one: Column): Column => ({ ...one, nullable: true });
export const alone = (one: Column): Column => ({ ...one, alone: true });

export type Resource = {
  /** Table or view. */
  readonly table: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** The shown name that identifies a row; pages are ordered by it last. */
  readonly id: string;
  /** Shown names by which a page may be ordered, the first by default, newest or highest first. */
  readonly sort: readonly [string, ...string[]];
  /** Shown names by which a page may be narrowed, with what each accepts. */
  readonly filters: Readonly<Record<string, z.ZodType<string>>>;
  /** The shown name of the account that owns a row; null: the whole desk's. */
  readonly account: string | null;
};

export type Page = {
  readonly limit: number;
  readonly sort: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
};

export type Row = Record<string, unknown>;

/** The columns of a row on a page; what is only shown alone is left out. */
export const pageOf = (resource: Resource): Resource => ({
  ...resource,
  columns: Object.fromEntries(Object.entries(resource.columns).filter(([, { alone }]) => !alone)),
});

/** The schema of one row as it is answered. */
export const rowSchemaOf = ({ columns }: Resource): z.ZodObject<Record<string, z.ZodType>> =>
  z.object(
    Object.fromEntries(
      Object.entries(columns).map(([name, { kind, nullable }]) => [
        name,
        nullable ? KINDS[kind].nullable() : KINDS[kind],
      ]),
    ),
  );

/** Up to `limit` rows that belong to `account` (null: to anyone), the highest of `sort` first. */
export async function readPage(db: Database, resource: Resource, page: Page, account: string | null): Promise<Row[]> {
  const wanted = Object.entries(page.filters).filter((one): one is [string, string] => one[1] !== undefined);
  const where = [...wanted, ...ownedBy(resource, account)].map(([name, value]) => equals(resource, name, value));
  const order = [page.sort, resource.id].map((name) => downwards(columnOf(resource, name)));
  const { rows } = await sql<Row>`${selectRows(pageOf(resource))} ${whereAll(where)}
    order by ${sql.join(order)} limit ${page.limit}`.execute(db);
  return rows;
}

/** The row with that id; undefined when there is none, or when it belongs to another account. */
export async function readOne(
  db: Database,
  resource: Resource,
  id: string,
  account: string | null,
): Promise<Row | undefined> {
  const where = [[resource.id, id] as const, ...ownedBy(resource, account)];
  const conditions = where.map(([name, value]) => equals(resource, name, value));
  const { rows } = await sql<Row>`${selectRows(resource)} ${whereAll(conditions)} limit 1`.execute(db);
  return rows[0];
}

/** What is never null needs no word about nulls: then an index serves that was not made for it. */
const downwards = ({ from, nullable }: Column): RawBuilder<unknown> =>
  nullable ? sql`${sql.ref(from)} desc nulls last` : sql`${sql.ref(from)} desc`;

const ownedBy = (resource: Resource, account: string | null): (readonly [string, string])[] =>
  account === null || resource.account === null ? [] : [[resource.account, account]];

/** All rows, each column as the kind that it is described as: an answer needs no further look at it. */
export const selectRows = ({ table, columns }: Resource): RawBuilder<Row> => {
  const shown = Object.entries(columns).map(([name, one]) => sql`${expressionOf(one)} as ${sql.ref(name)}`);
  return sql<Row>`select ${sql.join(shown)} from ${sql.table(table)}`;
};

const whereAll = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;

const equals = (resource: Resource, name: string, value: string): RawBuilder<unknown> =>
  sql`${sql.ref(columnOf(resource, name).from)}::text = ${value}`;

function expressionOf({ from, kind }: Column): RawBuilder<unknown> {
  if (kind === 'instant') return sql`(extract(epoch from ${sql.ref(from)}) * 1000)::bigint`;
  if (kind === 'number') return sql`${sql.ref(from)}::float8`;
  return kind === 'decimal' ? sql`${sql.ref(from)}::numeric::text` : sql`${sql.ref(from)}`;
}

function columnOf({ table, columns }: Resource, name: string): Column {
  const found = columns[name];
  if (found === undefined) throw new Error(`${table} shows no ${name}`);
  return found;
}
