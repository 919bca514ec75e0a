/** Runs of research: one row a run, found again by the key under which its workflow opened it. */
import { type Selectable, sql } from 'kysely';
import type { DataSplit, ResearchData, RunKind, RunState } from '../schemas/research.ts';
import { insertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { jsonText } from './storable.ts';
import type { Database, JsonObject, Tables } from './tables.ts';

export type ResearchRun = {
  readonly runId: string;
  readonly kind: RunKind;
  readonly input: JsonObject;
  readonly state: RunState;
  readonly data: ResearchData;
  readonly split: DataSplit | null;
  readonly codeVersion: string;
  readonly result: JsonObject | null;
  readonly startedAtMs: number;
};

export type OpenRun = {
  readonly workflowId: string;
  /** Stays the same however often a run is opened or continued as new. */
  readonly openKey: string;
  readonly kind: RunKind;
  readonly input: JsonObject;
  readonly data: ResearchData;
  readonly split: DataSplit | null;
  readonly codeVersion: string;
  readonly nowMs: number;
};

/** The run of this key, made when it is new: `<workflow id>`, for a second run under it `<workflow id>:2`. */
export async function openRun(trx: Database, open: OpenRun): Promise<ResearchRun> {
  await sql`select pg_advisory_xact_lock(hashtext(${open.workflowId}))`.execute(trx);
  const known = await trx
    .selectFrom('research_runs')
    .selectAll()
    .where('open_key', '=', open.openKey)
    .executeTakeFirst();
  if (known !== undefined) return runOf(known);
  const { count } = await trx
    .selectFrom('research_runs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workflow_id', '=', open.workflowId)
    .executeTakeFirstOrThrow();
  const row = {
    run_id: count === 0 ? open.workflowId : `${open.workflowId}:${count + 1}`,
    workflow_id: open.workflowId,
    open_key: open.openKey,
    kind: open.kind,
    input: open.input,
    state: 'running' as const,
    data: open.data,
    data_hash: open.data.dataHash,
    split: open.split,
    code_version: open.codeVersion,
    started_at: toInstant(open.nowMs),
  };
  await insertRows(trx, 'research_runs', [row]);
  return readRun(trx, row.run_id);
}

/** @throws Error for a run that was never opened */
export async function readRun(db: Database, runId: string): Promise<ResearchRun> {
  const row = await db.selectFrom('research_runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
  if (row === undefined) throw new Error(`run ${runId} has no row`);
  return runOf(row);
}

/** The end of a run, told once: what it ended as the first time stands. */
export async function endRun(
  db: Database,
  runId: string,
  end: { readonly state: RunState; readonly result: object | null; readonly nowMs: number },
): Promise<void> {
  await db
    .updateTable('research_runs')
    .set({
      state: end.state,
      result: end.result === null ? null : sql<JsonObject>`${jsonText(end.result)}::jsonb`,
      ended_at: toInstant(end.nowMs),
    })
    .where('run_id', '=', runId)
    .where('state', '=', 'running')
    .execute();
}

const runOf = (row: Selectable<Tables['research_runs']>): ResearchRun => ({
  runId: row.run_id,
  kind: row.kind,
  input: row.input,
  state: row.state,
  data: row.data,
  split: row.split,
  codeVersion: row.code_version,
  result: row.result,
  startedAtMs: row.started_at.getTime(),
});
