/** What the venue took of an order whose sender was paused, and what the desk kept from being sent. */
import { readFileSync } from 'node:fs';
import { readJournal } from '../../checker/journal.ts';
import type { Violation } from '../../exam.ts';
import type { SmallDesk } from '../../small-desk/small-desk.ts';
import type { Woken } from './pauses.ts';

export const journalOf = ({ journal, venue }: SmallDesk) =>
  readJournal(readFileSync(journal, 'utf8'), venue().accounts[0] ?? '');

/** The paused worker may have been the only one to send, in the control: then one accept is no second one. */
export function acceptsOf(desk: SmallDesk, { clientOrderId, pause }: Woken, isControl: boolean): Violation[] {
  const lines = journalOf(desk).orders.filter((one) => one.clientOrderId === clientOrderId);
  const at = lines.map(({ line }) => line).join(', ');
  const where = `${clientOrderId} (paused ${pause.at}, ${pause.kind}) accepted in lines ${at}`;
  if (lines.length > 1) return [{ kind: 'secondAccept', where }];
  return lines.length === 1 && !isControl ? [{ kind: 'woken', where }] : [];
}

export async function fencedSends({ pool }: SmallDesk): Promise<number> {
  const text = `select count(distinct client_order_id)::int as count from fenced_writes where what = 'send'`;
  const { rows } = await pool.query<{ count: number }>(text);
  return rows[0]?.count ?? 0;
}
