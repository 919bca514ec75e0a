/** The slots of the officers' cycles: each once, done or missed. */
import { sql } from 'kysely';
import { slotAfter } from '../../domain/officers/slots.ts';
import type { MissedSlots } from '../../schemas/officers/cycle.ts';
import type { OfficerName } from '../../schemas/officers/officer.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database } from '../tables.ts';

export type DoneCycle = {
  readonly officer: OfficerName;
  readonly slotMs: number;
  readonly tookMs: number;
  readonly inputAges: Readonly<Record<string, number | null>>;
  readonly correlationId: string;
  readonly atMs: number;
};

/** @returns false when the slot is taken already: an attempt that was committed and whose report was lost */
export async function recordDone(trx: Database, cycle: DoneCycle): Promise<boolean> {
  const row = {
    officer: cycle.officer,
    slot_ms: cycle.slotMs,
    state: 'done' as const,
    took_ms: Math.round(cycle.tookMs),
    input_ages: cycle.inputAges,
    correlation_id: cycle.correlationId,
    at: toInstant(cycle.atMs),
  };
  return (await insertRows(trx, 'officer_cycles', [row], { onConflict: 'nothing' })) > 0;
}

/** Slots that were skipped, however many. */
export async function recordMissed(
  trx: Database,
  officer: OfficerName,
  { fromMs, toMs, everyMs }: MissedSlots,
  atMs: number,
): Promise<void> {
  await sql`insert into officer_cycles (officer, slot_ms, state, at)
    select ${officer}, slot, 'missed', ${toInstant(atMs)}::timestamptz
    from generate_series(${fromMs}::bigint, ${toMs - 1}::bigint, ${everyMs}::bigint) as slot
    on conflict do nothing`.execute(trx);
}

/**
 * Notes as missed whatever lies between the last slot that is known of an officer and this one: an officer that was not
 * there at all kept no time. Before its first slot nothing was missed.
 */
export async function recordGap(
  trx: Database,
  officer: OfficerName,
  { slotMs, everyMs, atMs }: { readonly slotMs: number; readonly everyMs: number; readonly atMs: number },
): Promise<void> {
  const query = trx.selectFrom('officer_cycles').select((eb) => eb.fn.max('slot_ms').as('last'));
  const last = (await query.where('officer', '=', officer).executeTakeFirst())?.last;
  if (typeof last !== 'number') return;
  const fromMs = slotAfter(last, everyMs);
  if (fromMs < slotMs) await recordMissed(trx, officer, { fromMs, toMs: slotMs, everyMs }, atMs);
}
