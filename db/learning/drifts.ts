/**
 * Looks at the markets of sessions that trade in real time, every fifty bars, for drift. How far a market has been
 * looked at, the drift, its event and the search it asks for are written in one transaction: two workers write it once.
 */
import { sql } from 'kysely';
import { sha256Hex } from '../../domain/canonical-json.ts';
import { CHECK_EVERY_BARS, DRIFT_BARS, type DriftView, marketDrift } from '../../domain/learning/drift/market-drift.ts';
import type { ParameterSearchInput } from '../../schemas/parameter-search.ts';
import { SINGLE_STRATEGY_TYPES, type Strategy } from '../../schemas/signals.ts';
import { readBars } from '../bars.ts';
import { appendEvents } from '../events.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import { inTransaction } from '../retry.ts';
import type { Database, JsonObject } from '../tables.ts';
import { whatWon } from './what-won.ts';

/** A strategy on a symbol, as far as its session has decided: market time. */
export type WatchedMarket = {
  readonly strategyId: string;
  readonly strategy: Strategy;
  readonly symbol: string;
  readonly barIntervalMs: number;
  readonly firstMs: number;
  readonly untilMs: number;
};

/** Checks made up for at once, after a while without a worker. */
const CHECKS_MAX = 20;
const PRIOR_WEIGHT = 0.2;

/** Every market that an open session trades in real time, over stored bars. */
export async function watchedMarkets(db: Database): Promise<WatchedMarket[]> {
  const { rows } = await sql<WatchedMarket>`
    select s.strategy_id as "strategyId", (array_agg(s.strategy))[1] as strategy, d.symbol,
      (s.input->>'barIntervalMs')::bigint as "barIntervalMs",
      min(extract(epoch from d.first_as_of) * 1000)::bigint as "firstMs",
      max(extract(epoch from d.last_as_of) * 1000)::bigint as "untilMs"
    from sessions s join lateral (
      select symbol, min(as_of) as first_as_of, max(as_of) as last_as_of from decisions
      where session_id = s.session_id and run = s.run_count group by symbol) d on true
    where s.state = 'open' and s.trading_mode in ('paper', 'live')
    group by s.strategy_id, d.symbol, s.input->>'barIntervalMs' order by 1, 3, 4`.execute(db);
  return rows;
}

/** @returns the ids of drifts that were seen now */
export async function watchDrift(db: Database, market: WatchedMarket, nowMs: number): Promise<string[]> {
  const found: string[] = [];
  for (let check = 0; check < CHECKS_MAX; check += 1) {
    const from = await checkedUntil(db, market);
    const until = await nextCheck(db, market, from);
    if (until === null) return found;
    const views = await viewsAt(db, market, until);
    const driftId = await keepCheck(db, market, { from, until, views, nowMs });
    if (driftId !== null) found.push(driftId);
  }
  return found;
}

const keyOf = ({ strategyId, symbol, barIntervalMs }: WatchedMarket) => ({
  strategy_id: strategyId,
  symbol,
  bar_interval_ms: barIntervalMs,
});

/** The bars before a session's first decision are its past: the first check is fifty bars later. */
async function checkedUntil(db: Database, market: WatchedMarket): Promise<number> {
  const row = { ...keyOf(market), checked_until: toInstant(market.firstMs) };
  await insertRows(db, 'drift_checks', [row], { onConflict: 'nothing' });
  const { strategy_id, symbol, bar_interval_ms } = row;
  const found = await db
    .selectFrom('drift_checks')
    .select('checked_until')
    .where((eb) => eb.and({ strategy_id, symbol, bar_interval_ms }))
    .executeTakeFirstOrThrow();
  return found.checked_until.getTime();
}

/** Close of the fiftieth stored bar behind the last check, once the session has decided on it. */
async function nextCheck(db: Database, market: WatchedMarket, from: number): Promise<number | null> {
  const { symbol, barIntervalMs, untilMs } = market;
  const row = await db
    .selectFrom('bars')
    .select('open_time')
    .where('symbol', '=', symbol)
    .where('interval_ms', '=', barIntervalMs)
    .where('open_time', '>=', new Date(from))
    .where('open_time', '<=', new Date(untilMs - barIntervalMs))
    .orderBy('open_time')
    .offset(CHECK_EVERY_BARS - 1)
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : row.open_time.getTime() + barIntervalMs;
}

/** Null until there are enough bars, those before the last drift left out: it has begun anew. */
async function viewsAt(db: Database, market: WatchedMarket, until: number): Promise<DriftView[] | null> {
  const { symbol, barIntervalMs, strategyId } = market;
  const { rows } = await sql<{ first: Date | null; count: number }>`
    select min(open_time) as first, count(*)::int as count from (
      select open_time from bars where symbol = ${symbol} and interval_ms = ${barIntervalMs}
        and open_time < ${toInstant(until)}::timestamptz and open_time >= coalesce((
          select max(seen_until) from drifts where strategy_id = ${strategyId} and symbol = ${symbol}
            and bar_interval_ms = ${barIntervalMs}), '-infinity')
      order by open_time desc limit ${DRIFT_BARS}) last`.execute(db);
  const [last] = rows;
  if (last === undefined || last.first === null || last.count < DRIFT_BARS) return null;
  return marketDrift(await readBars(db, symbol, barIntervalMs, last.first.getTime(), until));
}

type Check = {
  readonly from: number;
  readonly until: number;
  readonly views: readonly DriftView[] | null;
  readonly nowMs: number;
};

/** Nothing where another worker was faster. */
async function keepCheck(db: Database, market: WatchedMarket, { from, until, views, nowMs }: Check) {
  return inTransaction(db, async (trx) => {
    const moved = await trx
      .updateTable('drift_checks')
      .set({ checked_until: toInstant(until) })
      .where((eb) => eb.and(keyOf(market)))
      .where('checked_until', '=', new Date(from))
      .executeTakeFirst();
    const drifted = (views ?? []).filter((view) => view.drifted);
    if (moved.numUpdatedRows === 0n || drifted.length === 0) return null;
    return keepDrift(trx, market, { features: drifted, until, nowMs });
  });
}

async function keepDrift(
  trx: Database,
  market: WatchedMarket,
  {
    features,
    until,
    nowMs,
  }: { readonly features: readonly DriftView[]; readonly until: number; readonly nowMs: number },
): Promise<string> {
  const key = keyOf(market);
  const named = [key.strategy_id, key.symbol, key.bar_interval_ms, until].join('|');
  const driftId = `drift-${sha256Hex(named).slice(0, 16)}`;
  const search = await searchFor(trx, market, until);
  const row = { drift_id: driftId, ...key, features, seen_until: toInstant(until), search, at: toInstant(nowMs) };
  await insertRows(trx, 'drifts', [row]);
  const payload = {
    ...{ driftId, strategyId: key.strategy_id, symbol: key.symbol, barIntervalMs: key.bar_interval_ms },
    ...{ seenUntilMs: until, features, search: search === null ? null : driftId },
  };
  await appendEvents(trx, [{ type: 'drift_detected', payload, correlationId: null, atMs: nowMs }]);
  return driftId;
}

/**
 * Null for a strategy that no parameter search knows: one that was bred, one of two legs, one that a model proposes.
 */
async function searchFor(db: Database, market: WatchedMarket, until: number): Promise<JsonObject | null> {
  const { symbol, barIntervalMs, strategy } = market;
  const strategyType = SINGLE_STRATEGY_TYPES.find((type) => type === strategy.type);
  if (strategyType === undefined) return null;
  const points = await whatWon(db, { symbol, barIntervalMs, strategyType });
  const asked: Partial<ParameterSearchInput> = { symbol, barIntervalMs, strategyType, to: toInstant(until) };
  return points.length === 0 ? asked : { ...asked, prior: { weight: PRIOR_WEIGHT, points } };
}

/** Searches that drifts ask for and nobody has started. */
export async function searchesToStart(db: Database, limit: number): Promise<{ driftId: string; search: JsonObject }[]> {
  const rows = await db
    .selectFrom('drifts')
    .select(['drift_id', 'search'])
    .where('search', 'is not', null)
    .where('search_started_at', 'is', null)
    .orderBy('at')
    .limit(limit)
    .execute();
  return rows.map(({ drift_id: driftId, search }) => ({ driftId, search: search ?? {} }));
}

export async function noteSearchStarted(db: Database, driftId: string, nowMs: number): Promise<void> {
  await db
    .updateTable('drifts')
    .set({ search_started_at: toInstant(nowMs) })
    .where('drift_id', '=', driftId)
    .execute();
}
