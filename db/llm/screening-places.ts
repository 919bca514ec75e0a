/** The analyses that screenings may ask for on one UTC day: each place is taken once, whoever asks at the same time. */
import { sql } from 'kysely';
import { inTransaction } from '../retry.ts';
import type { Database } from '../tables.ts';

export type PlacesAsked = {
  readonly stage: 'analysis' | 'deep';
  /** Best first; a key that has its place keeps it. */
  readonly keys: readonly string[];
  readonly placesMax: number;
  readonly nowMs: number;
};

/** @returns those that have a place, in the order that was asked */
export const takePlaces = (db: Database, { stage, keys, placesMax, nowMs }: PlacesAsked): Promise<string[]> =>
  inTransaction(db, async (trx) => {
    const at = new Date(nowMs);
    const day = at.toISOString().slice(0, 10);
    await sql`select pg_advisory_xact_lock(hashtext('screening places'), hashtext(${stage}))`.execute(trx);
    const { rows } = await sql<{ taken: number }>`
      select count(*)::int as taken from screening_places where day = ${day}::date and stage = ${stage}`.execute(trx);
    const held = await sql<{ place_key: string }>`
      select place_key from screening_places where stage = ${stage} and place_key = any(${[...keys]})`.execute(trx);
    const own = new Set(held.rows.map((row) => row.place_key));
    const free = Math.max(0, placesMax - (rows[0]?.taken ?? 0));
    const fresh = keys.filter((key) => !own.has(key)).slice(0, free);
    for (const key of fresh) {
      await sql`insert into screening_places (place_key, stage, day, taken_at)
        values (${key}, ${stage}, ${day}::date, ${at})`.execute(trx);
    }
    return keys.filter((key) => own.has(key) || fresh.includes(key));
  });
