/**
 * Why Postgres was of no use to a script, exit code 3: POSTGRES_DOWN where nothing answers at its address,
 * POSTGRES_SLOW where a server is up and did not do it in time. They are mended differently: one is started, the other
 * waited for.
 */
import { type Environment, maskPassword } from '../../config/environment.ts';
import { sqlState } from '../../db/retry.ts';
import type { InvalidInput } from '../../schemas/problem.ts';
import { deskDown, messageOf } from './desk-problem.ts';
import { deskFiles } from './paths.ts';
import { rolePasswords } from './postgres.ts';
import { LOOKS_FOR_MS, localUrl, query, readPidFile } from './postgres-probe.ts';

const START_HINT = 'run npm start -- --once first';
const SLOW_HINT = 'it is up but busy, or another process holds a lock: try again, npm run doctor tells more';

/** Query cancelled (statement timeout), lock timeout, idle in transaction too long, starting up, no connection left. */
const SLOW_STATES: ReadonlySet<string> = new Set(['57014', '55P03', '25P03', '57P03', '53300']);

/** Whether an error says that a server is there and was too slow, or too full, to answer. */
export const isTooSlow = (error: unknown): boolean =>
  SLOW_STATES.has(sqlState(error)) || /timeout exceeded|timeout expired|no answer in \d+ ms/i.test(messageOf(error));

/** POSTGRES_SLOW in the words of an error of which `isTooSlow` holds. */
export const postgresSlow = (path: string, error: unknown, hint = SLOW_HINT): InvalidInput =>
  deskDown('POSTGRES_SLOW', path, messageOf(error), 'an answer in time', hint);

/** The true one of both, for a database that just did not answer. */
export async function unusableDatabase(
  home: string,
  environment: Pick<Environment, 'databaseUrl'>,
  path = 'desk',
  hint = START_HINT,
): Promise<InvalidInput> {
  const { databaseUrl } = environment;
  const shown = databaseUrl === null ? home : maskPassword(databaseUrl);
  const error = await refusalOf(databaseUrl ?? embeddedUrl(home));
  if (isTooSlow(error)) return postgresSlow(path, error);
  return deskDown('POSTGRES_DOWN', path, shown, 'a desk that is up', hint);
}

/** Null: this home has no server. */
function embeddedUrl(home: string): string | null {
  const running = readPidFile(deskFiles(home).postgres);
  return running === null ? null : localUrl(running.port, 'quarterdeck_app', rolePasswords(home).appPassword);
}

async function refusalOf(url: string | null): Promise<unknown> {
  if (url === null) return null;
  try {
    await query(url, 'select 1', LOOKS_FOR_MS);
    return new Error('timeout expired: it answers only now');
  } catch (error) {
    return error;
  }
}
