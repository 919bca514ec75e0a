/** Which of an account's fills belong to the last run of a session: the rows of a simulated account, else by events. */
import { sql } from 'kysely';
import type { Database } from '../../../db/tables.ts';
import { type AccountRows, isSimulated, type StoredFill } from './read-account.ts';

export type SessionRow = {
  readonly sessionId: string;
  readonly runCount: number;
};

export type Span = {
  /** Everything booked on the account until the session closed. */
  readonly until: readonly StoredFill[];
  /** True for what was booked after the session's last run opened. */
  readonly isSince: (fill: StoredFill) => boolean;
  /** Ids of the run's decisions that have orders. */
  readonly decisionIds: ReadonlySet<string>;
};

/** Null when the events that say when the session opened and closed are not there. */
export async function sessionSpan(db: Database, rows: AccountRows, session: SessionRow): Promise<Span | null> {
  const decisionIds = await decisionsWithOrders(db, session);
  if (isSimulated(rows.account)) return { until: rows.fills, isSince: () => true, decisionIds };
  const marks = await sql<{ opened: number | null; closed: number | null }>`select
    max(sequence) filter (where type = 'session_opened' and (payload->>'run')::int = ${session.runCount}) as opened,
    max(sequence) filter (where type = 'session_closed') as closed
    from events where type in ('session_opened', 'session_closed')
      and payload->>'sessionId' = ${session.sessionId}`.execute(db);
  const { opened = null, closed = null } = marks.rows[0] ?? {};
  if (opened === null || closed === null || closed < opened) return null;
  return {
    until: rows.fills.filter((fill) => fill.sequence !== null && fill.sequence < closed),
    isSince: (fill) => fill.sequence !== null && fill.sequence > opened,
    decisionIds,
  };
}

async function decisionsWithOrders(db: Database, session: SessionRow): Promise<ReadonlySet<string>> {
  const found = await db
    .selectFrom('orders as o')
    .innerJoin('decisions as d', 'd.decision_id', 'o.decision_id')
    .where('d.session_id', '=', session.sessionId)
    .where('d.run', '=', session.runCount)
    .select('o.decision_id')
    .distinct()
    .execute();
  return new Set(found.map((row) => row.decision_id));
}
