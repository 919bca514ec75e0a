/** What a hand does to the record behind the desk's back, one thing for each control. */
import { sql } from 'kysely';
import type { Database } from '../../../db/tables.ts';

/** A word of one stored answer, a figure of one stored decision. */
const STATEMENTS: Readonly<Record<string, string>> = {
  'changed-answer': `update model_payloads set body = replace(body, 'Drawn', 'drawn')
    where ref = (select response_ref from model_calls where response_ref is not null order by call_key limit 1)`,
  'changed-decision': `update decisions set confidence = 0.123456
    where decision_id = (select decision_id from decisions where no_decision is null order by decision_id limit 1)`,
};

/** As the owner of the tables, whose rows refuse a change otherwise. */
export async function tamper(db: Database, control: string | null): Promise<void> {
  const statement = STATEMENTS[control ?? ''];
  if (statement === undefined) return;
  const changed = await db.connection().execute(async (owner) => {
    await sql`set session_replication_role = replica`.execute(owner);
    const result = await sql.raw(statement).execute(owner);
    await sql`set session_replication_role = origin`.execute(owner);
    return result.numAffectedRows;
  });
  if (changed !== 1n) throw new Error(`${control} changed ${changed} rows`);
}

type Event = {
  readonly activityTaskScheduledEventAttributes?: { activityType?: { name?: string | null } | null } | null;
};

/** One activity of a history gets the name of another. */
export function renameActivity(events: readonly Event[]): void {
  const type = events.find((one) => one.activityTaskScheduledEventAttributes)?.activityTaskScheduledEventAttributes;
  if (type?.activityType) type.activityType.name = 'anotherActivity';
}
