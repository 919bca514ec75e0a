/** Experiments between versions of a prompt: how each arm has done since it began. Costs are whole micro-USD. */
import { sql } from 'kysely';
import type { PromptArm } from '../../schemas/llm/prompt.ts';
import { jsonText } from '../storable.ts';
import type { Database } from '../tables.ts';

export type ExperimentRow = {
  readonly experimentId: string;
  readonly promptId: string;
  readonly arms: readonly PromptArm[];
  readonly active: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
};

export type ArmFigures = {
  readonly version: number;
  readonly share: number;
  readonly sessions: number;
  readonly calls: number;
  readonly costMicroUsd: number;
  readonly scored: number;
  readonly accuracy: number | null;
  readonly brier: number | null;
  readonly winRate: number | null;
  readonly pnlNet: string;
};

/** The newest first. */
export async function listExperiments(db: Database, promptId?: string): Promise<ExperimentRow[]> {
  let query = db.selectFrom('prompt_experiments').selectAll();
  if (promptId !== undefined) query = query.where('prompt_id', '=', promptId);
  const rows = await query.orderBy('started_at', 'desc').orderBy('experiment_id').execute();
  return rows.map((row) => ({
    experimentId: row.experiment_id,
    promptId: row.prompt_id,
    arms: row.arms,
    active: row.active,
    startedAtMs: row.started_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? null,
  }));
}

/** Of the calls that were made while it ran, as scored until now; an answer out of the cache is nobody's arm. */
export async function armFigures(db: Database, experiment: ExperimentRow): Promise<ArmFigures[]> {
  const { promptId, arms, startedAtMs, endedAtMs } = experiment;
  const { rows } = await sql<ArmFigures>`
    select a.version, a.share, count(distinct coalesce(c.session_id, c.ask_key)) as sessions, count(c.call_id) as calls,
      coalesce(sum(c.cost_micro_usd), 0)::bigint as "costMicroUsd", count(s.call_id) as scored,
      avg(s.correct::int)::float8 as accuracy, avg((s.confidence - s.correct::int) ^ 2)::float8 as brier,
      (count(*) filter (where s.pnl_net > 0))::float8 / nullif(count(s.pnl_net), 0) as "winRate",
      coalesce(sum(s.pnl_net), 0)::text as "pnlNet"
    from json_to_recordset(${jsonText(arms)}::json) as a (version integer, share float8)
    left join model_calls c on c.prompt_id = ${promptId} and c.prompt_version = a.version and not c.cached
      and c.requested_at >= ${new Date(startedAtMs)}
      and c.requested_at <= coalesce(${endedAtMs === null ? null : new Date(endedAtMs)}::timestamptz, 'infinity')
    left join model_scores s on s.call_id = c.call_id
    group by a.version, a.share order by a.version`.execute(db);
  return rows;
}
