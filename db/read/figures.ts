/** Figures of the desk for its metrics, in few cheap queries. */
import { sql } from 'kysely';
import { officerNameSchema } from '../../schemas/officers/officer.ts';
import { jsonText } from '../storable.ts';
import type { Database, JsonObject } from '../tables.ts';

export type Labelled = { readonly label: string; readonly value: number };

export type DeskFigures = {
  readonly sessionsOpen: readonly Labelled[];
  readonly ordersByState: readonly Labelled[];
  readonly equityByAccount: readonly Labelled[];
  readonly modelCostMicroUsd: number;
  readonly modelCallCount: number;
  readonly accuracyByModel: readonly Labelled[];
  readonly lastRisk: JsonObject | null;
  readonly lastGlobalState: JsonObject | null;
};

export async function readDeskFigures(db: Database): Promise<DeskFigures> {
  const { rows } = await sql<DeskFigures>`select
    ${labelled(sql`select trading_mode as label, count(*) as value from sessions where state = 'open' group by 1`)}
      as "sessionsOpen",
    ${labelled(sql`select state as label, count(*) as value from orders where not simulated group by 1`)}
      as "ordersByState",
    ${labelled(sql`select account_id as label, equity::float8 as value from accounts where trading_mode <> 'backtest'`)}
      as "equityByAccount",
    (select coalesce(sum(cost_micro_usd), 0)::float8 from model_calls) as "modelCostMicroUsd",
    (select count(*)::float8 from model_calls) as "modelCallCount",
    ${labelled(sql`select model as label, avg(correct::int)::float8 as value from model_scores group by 1`)}
      as "accuracyByModel",
    ${newest('risk_state_update')} as "lastRisk",
    ${newest('global_state_update')} as "lastGlobalState"`.execute(db);
  const [figures] = rows;
  if (figures === undefined) throw new Error('the book gave no figures');
  return figures;
}

const labelled = (query: ReturnType<typeof sql>) =>
  sql`(select coalesce(jsonb_agg(jsonb_build_object('label', q.label, 'value', q.value)), '[]') from (${query}) q)`;

const newest = (type: string) => sql`(select payload from events where type = ${type} order by sequence desc limit 1)`;

/** How many events of each type were committed after sequence `after`, up to and with `until`. */
export async function countEvents(db: Database, after: number, until: number): Promise<Labelled[]> {
  const { rows } = await sql<Labelled>`select type as label, count(*)::float8 as value from events
    where sequence > ${after} and sequence <= ${until} group by type`.execute(db);
  return rows;
}

export type EndedCycle = { readonly officer: string; readonly slotMs: number; readonly tookMs: number };

/** By officer: the last slot that is counted already. */
export type CountedSlots = ReadonlyMap<string, number>;

/**
 * Cycles that were done and are not counted yet: of each officer by itself, since one ends its slot later than another.
 * @param sinceMs of an officer of whom nothing is counted
 */
export async function readCycles(db: Database, counted: CountedSlots, sinceMs: number): Promise<EndedCycle[]> {
  const known = jsonText(Object.fromEntries(counted));
  const { rows } = await sql<EndedCycle>`
    select o.officer, c.slot_ms::float8 as "slotMs", c.took_ms::float8 as "tookMs"
    from unnest(${officerNameSchema.options}::text[]) as o (officer)
    cross join lateral (
      select slot_ms, took_ms from officer_cycles where officer = o.officer
        and slot_ms > coalesce((${known}::jsonb->>o.officer)::bigint, ${sinceMs}::bigint)
        and state = 'done' and took_ms is not null
      order by slot_ms limit ${CYCLES_MAX}) c
    order by c.slot_ms`.execute(db);
  return rows;
}

/** Of one officer at once; the next look goes on behind them. */
const CYCLES_MAX = 10_000;
