/** Who answers at a database port: the server of this data folder, one that is still starting, or a stranger. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

export const ADMIN_ROLE = 'quarterdeck_admin';
export const DATABASE = 'quarterdeck';

export type Answer = 'ours' | 'starting' | 'stranger' | 'silent';

const CANNOT_CONNECT_NOW = '57P03';
const LINE_OF_PORT = 3;

/** pid and port from `postmaster.pid`; null when there is none (or it is only half written). */
export function readPidFile(folder: string): { pid: number; port: number } | null {
  const file = path.join(folder, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Math.abs(Number(lines[0]));
  const port = Number(lines[LINE_OF_PORT]);
  return Number.isInteger(pid) && pid > 0 && Number.isInteger(port) && port > 0 ? { pid, port } : null;
}

export const localUrl = (port: number, role: string, password: string, database = DATABASE): string =>
  `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;

/** Asks the server at `port` which data folder it serves. */
export async function probe(port: number, folder: string, password: string): Promise<Answer> {
  try {
    const [row] = await query(localUrl(port, ADMIN_ROLE, password, 'postgres'), 'show data_directory', LOOKS_FOR_MS);
    return realpathSync(String(row?.data_directory)) === realpathSync(folder) ? 'ours' : 'stranger';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === CANNOT_CONNECT_NOW) return 'starting';
    return /^[0-9A-Z]{5}$/.test(code) || code === 'ENOENT' ? 'stranger' : 'silent';
  }
}

/** A bundler at work in this process keeps an answer that has come waiting for seconds. */
const CONNECTS_WITHIN_MS = 30_000;
/** For a look at whoever listens there. */
export const LOOKS_FOR_MS = 3_000;

/** One statement over a connection of its own. */
export async function query(
  url: string,
  text: string,
  connectsWithinMs = CONNECTS_WITHIN_MS,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectsWithinMs,
    application_name: 'quarterdeck set-up',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
