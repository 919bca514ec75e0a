/**
 * Opens and closes the pool behind all stores. Exactness is set per pool: `numeric` stays a string, `int8` is a
 * number while it is safe and a string beyond, `date` stays text, `timestamptz` is a `Date`.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { keepPlans } from './kept-plans.ts';
import { sendStorable } from './storable.ts';
import type { Database, Tables } from './tables.ts';

const INT8_OID = 20;
const DATE_OID = 1082;

export type DatabaseOptions = {
  /** @default 4 connections */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. @default 'quarterdeck' */
  readonly applicationName?: string;
  /** A statement is cancelled after this. 0 = never. @default 60000 */
  readonly statementTimeoutMs?: number;
  /** Told when an idle connection dies; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
};

/** Opens a pool; connections are made when first needed. The URL's role decides what may be written. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const timeoutMs = options.statementTimeoutMs ?? 60_000;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 4,
    application_name: options.applicationName ?? 'quarterdeck',
    statement_timeout: timeoutMs,
    // A frozen process must not hold the lock on an account for ever.
    idle_in_transaction_session_timeout: timeoutMs,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  // Without a listener the death of an idle connection would end the process.
  pool.on('error', options.onIdleError ?? (() => undefined));
  // Nor may the death of one in use: its query fails, which is what the caller hears of.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('connect', keepPlans);
  pool.on('connect', sendStorable);
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** Ends every connection of the pool; waits for those in use. */
export const closeDatabase = (db: Database): Promise<void> => db.destroy();

const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => {
  if (oid === INT8_OID && format !== 'binary') return parseInt8;
  if (oid === DATE_OID && format !== 'binary') return (text: string) => text;
  return pg.types.getTypeParser(oid, format);
};

function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
