/** Opens the desk's database for one script: only Postgres has to be up, migrated. */
import { parseEnvironment } from '../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { sqlState } from '../../db/retry.ts';
import type { Database } from '../../db/tables.ts';
import { findDatabase } from './desk.ts';
import { deskDown } from './desk-problem.ts';
import { deskHome } from './paths.ts';
import { isTooSlow, postgresSlow, unusableDatabase } from './postgres-problem.ts';

const UNDEFINED_TABLE = '42P01';
const HINT = 'run npm start -- --once first';

type Options = { readonly name: string; readonly statementTimeoutMs?: number };

/** @throws InvalidInput (exit code 3) POSTGRES_DOWN, POSTGRES_SLOW, DATABASE_NOT_MIGRATED */
export async function withDatabase<T>(options: Options, work: (db: Database) => Promise<T>): Promise<T> {
  const environment = parseEnvironment();
  const home = deskHome(environment);
  const found = await findDatabase(home, environment);
  if (found === null) throw await unusableDatabase(home, environment);
  const { name, ...more } = options;
  const db = openDatabase(found.databaseUrl, { poolSize: 2, applicationName: `quarterdeck ${name}`, ...more });
  try {
    return await work(db);
  } catch (error) {
    if (isTooSlow(error)) throw postgresSlow('desk', error);
    if (sqlState(error) !== UNDEFINED_TABLE) throw error;
    throw deskDown('DATABASE_NOT_MIGRATED', 'desk', 'no tables', 'a migrated database', HINT);
  } finally {
    await closeDatabase(db);
  }
}
