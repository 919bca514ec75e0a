/**
 * Up to which event each channel of alerts has been told; what waits for a person, with the account that it is about.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table alert_cursors (
    channel text primary key,
    sequence bigint not null,
    failures integer not null default 0,
    last_failure text,
    at timestamptz not null)`.execute(db);
  await sql`create view approval_requests as
    select p.decision_id, p.order_hash, p.state, p.reason, d.account_id, d.session_id, d.symbol, d.action,
      p.requested_at, p.expires_at, p.decided_at, p.decided_by
    from approvals p join decisions d on d.decision_id = p.decision_id`.execute(db);
}
