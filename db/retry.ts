/** Runs a function in a transaction and runs it again when Postgres asked for that. Not for anything that left the house. */
import type { Transaction } from 'kysely';
import type { Database, Tables } from './tables.ts';

/** Serialization failure and deadlock: nothing was written, the same statements may succeed now. */
const RETRYABLE_STATES: ReadonlySet<string> = new Set(['40001', '40P01']);
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 20;

/** Thrown in a transaction that met what another has just done: nothing is written, and it runs again. */
export class RunAgain extends Error {
  readonly code = '40001';
}

/**
 * Commits what `fn` did, or nothing. `fn` may run up to 5 times, so it must do nothing but talk to `trx`.
 * @throws what `fn` throws, and the last 40001 or 40P01 when all attempts met one
 */
export async function inTransaction<R>(db: Database, fn: (trx: Transaction<Tables>) => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(fn);
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !RETRYABLE_STATES.has(sqlState(error))) throw error;
      await pause(PAUSE_MS * attempt * (0.5 + Math.random()));
    }
  }
}

/** The SQLSTATE of an error of Postgres, or an empty string. */
export function sqlState(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Waits. Milliseconds. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
