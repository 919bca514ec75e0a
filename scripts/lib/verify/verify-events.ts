/** `verify -- events`: the sequence has no gap, starts at 1, and its counter stands at the last event. */
import { sql } from 'kysely';
import type { Database } from '../../../db/tables.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';

const GAPS_SHOWN = 20;

export type EventsAnswer = {
  readonly ok: boolean;
  readonly events: number;
  readonly lastSequence: number;
  readonly problems: readonly Problem[];
};

/** One statement, one snapshot: others may append meanwhile. */
export async function verifyEvents(db: Database): Promise<EventsAnswer> {
  const found = await sql<{ events: number; last: number; counter: number; gaps: { after: number; next: number }[] }>`
    with walked as (
      select sequence, lag(sequence, 1, 0::bigint) over (order by sequence) as before from events
    )
    select (select count(*) from events) as events,
      (select coalesce(max(sequence), 0) from events) as last,
      coalesce((select value from counters where name = 'events'), -1) as counter,
      (select coalesce(json_agg(json_build_object('after', before, 'next', sequence) order by sequence), '[]')
        from (select * from walked where sequence <> before + 1 order by sequence limit ${GAPS_SHOWN}) g) as gaps
    `.execute(db);
  const { events, last, counter, gaps } = found.rows[0] ?? { events: 0, last: 0, counter: -1, gaps: [] };
  const problems = gaps.map(({ after, next }) =>
    problem('EVENTS_GAP', `events.${after + 1}`, `${next} after ${after}`, `${after + 1}, the next number`),
  );
  if (counter !== last) {
    problems.push(problem('EVENTS_COUNTER', 'counters.events', counter, `${last}, the number of the last event`));
  }
  return { ok: problems.length === 0, events, lastSequence: last, problems };
}
