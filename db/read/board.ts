/**
 * What is open on the desk, for the screen of `npm run top`: a few queries, cheap enough for every second. Money is
 * decimal text, instants epoch ms, drawdown a fraction.
 */
import { sql } from 'kysely';
import type { RunKind } from '../../schemas/research.ts';
import type { Database, JsonObject } from '../tables.ts';

const ROWS_MAX = 500;
const DAY_MS = 86_400_000;

export type LastDecision = {
  readonly action: string;
  readonly symbol: string;
  /** The clock of the market that the session trades. */
  readonly asOfMs: number;
  readonly noDecision: string | null;
};

export type OpenSession = {
  readonly sessionId: string;
  readonly workflowId: string;
  readonly accountId: string;
  readonly strategyId: string;
  readonly tradingMode: string;
  /** Of its account. */
  readonly equity: string;
  /** From the highest equity of its account; null: not known. */
  readonly drawdownFraction: number | null;
  readonly bars: number;
  readonly lastDecision: LastDecision | null;
};

/** Open sessions, the oldest first. */
export async function openSessions(db: Database): Promise<OpenSession[]> {
  const { rows } = await sql<OpenSession>`
    select s.session_id as "sessionId", s.workflow_id as "workflowId", s.account_id as "accountId",
      s.strategy_id as "strategyId", s.trading_mode as "tradingMode", trim_scale(a.equity)::text as equity,
      greatest(0, 1 - a.equity / nullif((a.risk_state->>'peakEquity')::numeric, 0))::float8 as "drawdownFraction",
      (s.checkpoint->>'cursor')::float8 as bars, d.told as "lastDecision"
    from sessions s
    join accounts a using (account_id)
    left join lateral (
      select jsonb_build_object('action', action, 'symbol', symbol, 'noDecision', no_decision,
        'asOfMs', (extract(epoch from as_of) * 1000)::bigint) as told
      from decisions where session_id = s.session_id order by sequence desc limit 1) d on true
    where s.state = 'open' order by s.opened_at, s.session_id limit ${ROWS_MAX}`.execute(db);
  return rows;
}

export type OfficerWord = {
  readonly officer: string;
  readonly memory: JsonObject;
  readonly saidAtMs: number;
};

/** What each officer said last, and when; one that has never spoken has no row. */
export async function officerWords(db: Database): Promise<OfficerWord[]> {
  const rows = await db.selectFrom('officer_memory').selectAll().execute();
  return rows.map(({ officer, memory, at }) => ({ officer, memory, saidAtMs: at.getTime() }));
}

/** Slots of the last 24 hours that nobody served, by officer. */
export async function missedSlots(db: Database, nowMs: number): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ officer: string; missed: number }>`
    select officer, count(*)::float8 as missed from officer_cycles
    where state = 'missed' and slot_ms > ${nowMs - DAY_MS} group by officer`.execute(db);
  return Object.fromEntries(rows.map(({ officer, missed }) => [officer, missed]));
}

export type OpenRun = {
  readonly runId: string;
  readonly workflowId: string;
  readonly kind: RunKind;
  readonly bars: number;
  readonly startedAtMs: number;
};

/** Runs of research that have not ended, the oldest first. */
export async function openRuns(db: Database): Promise<OpenRun[]> {
  const { rows } = await sql<OpenRun>`
    select run_id as "runId", workflow_id as "workflowId", kind, coalesce(data->>'bars', '0')::float8 as bars,
      (extract(epoch from started_at) * 1000)::float8 as "startedAtMs"
    from research_runs where state = 'running' order by started_at, run_id limit ${ROWS_MAX}`.execute(db);
  return rows;
}
