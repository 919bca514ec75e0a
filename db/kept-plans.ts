/**
 * Plans that Postgres keeps: a statement that asks for it is parsed and planned once a connection, not at every call. For
 * those that run often and are long: planning was three quarters of a reservation. Not for `select *`: a kept plan must not
 * change its result, as a migration would.
 */
import { sql } from 'kysely';
import type pg from 'pg';
import { sha256Hex } from '../domain/canonical-json.ts';

const MARK = '/* kept */';

/** The first words of such a statement. Its text must not hold values: each text is kept for itself. */
export const KEPT = sql.raw(MARK);

const NAME_LENGTH = 32;
const names = new Map<string, string>();

/** Has a connection name what begins with `KEPT`. */
export function keepPlans(client: pg.PoolClient): void {
  const ask = client.query.bind(client) as (...words: readonly unknown[]) => unknown;
  const query = (text: unknown, values: unknown, ...more: readonly unknown[]): unknown =>
    typeof text === 'string' && text.startsWith(MARK)
      ? ask({ name: nameOf(text), text, values }, ...more)
      : ask(text, values, ...more);
  Object.assign(client, { query });
}

function nameOf(text: string): string {
  const name = names.get(text) ?? sha256Hex(text).slice(0, NAME_LENGTH);
  names.set(text, name);
  return name;
}
