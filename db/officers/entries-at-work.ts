/** Entries that may still fill, of accounts that trade in real time: what is taken back while nothing may be opened. */
import { sql } from 'kysely';
import { orderChildId } from '../../schemas/session-walk.ts';
import type { Database } from '../tables.ts';

export type EntryAtWork = {
  readonly clientOrderId: string;
  /** Whose order it is: the workflow that looks after it. */
  readonly workflowId: string;
};

const ENTRIES_MAX = 500;

/** The oldest first. Without those that are being cancelled already, or that only a person can settle. */
export async function entriesAtWork(db: Database): Promise<EntryAtWork[]> {
  const { rows } = await sql<{ clientOrderId: string; session: string | null; owner: string; sequence: number }>`
    select o.client_order_id as "clientOrderId", s.workflow_id as session, d.correlation_id as owner,
      d.sequence::float8 as sequence
    from accounts a
    join orders o using (account_id)
    join decisions d using (decision_id)
    left join sessions s on s.session_id = d.session_id
    where a.trading_mode in ('paper', 'live') and o.leg = 'entry'
      and o.state not in ('DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED', 'ABSENT')
      and o.state not in ('CANCEL_SENT', 'CANCEL_UNKNOWN', 'MANUAL')
    order by o.created_at, o.client_order_id limit ${ENTRIES_MAX}`.execute(db);
  return rows.map(({ clientOrderId, session, owner, sequence }) => ({
    clientOrderId,
    workflowId: session === null ? owner : orderChildId(session, sequence),
  }));
}
