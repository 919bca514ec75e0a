/**
 * The portfolios that the Risk Officer judges: one of each account that trades in real time, as its book stands, with
 * the days behind what it holds: those of its own book where its bars are not stored (`book_days`), else those of
 * `bars`. Nothing is shown of a symbol's bars after the market time up to which the account has traded it.
 */
import { sql } from 'kysely';
import type { AccountBook } from '../../domain/officers/risk/desk-risk.ts';
import { dayStartOf, openReplays } from '../account-days.ts';
import type { Database, JsonObject } from '../tables.ts';

/** Days of history, and how much older than its bar a price may be. */
const DAYS = 260;
const BAR_AGE_MS = 30_000;
const HOUR_MS = 3_600_000;
/** A book that somebody else holds shut is one that cannot be read. */
const READ_MS_MAX = 4_000;

/** `portfolio` is left unchecked: what cannot be read must not look like an empty one. @throws what Postgres says */
export function readPortfolios(db: Database, nowMs: number): Promise<AccountBook[]> {
  return db.transaction().execute(async (trx) => {
    await sql`set local statement_timeout = ${sql.lit(READ_MS_MAX)}`.execute(trx);
    const { rows } = await sql<Row>`${portfolios(nowMs)}`.execute(trx);
    return rows.map((row) => bookOf(row, nowMs));
  });
}

type Row = AccountBook & {
  readonly portfolio: JsonObject;
  readonly riskState: unknown;
  readonly replays: readonly string[];
};

const bookOf = ({ riskState, replays, portfolio, ...account }: Row, nowMs: number): AccountBook => ({
  ...account,
  portfolio: { ...portfolio, dayStartEquity: dayStartOf(riskState, replays, nowMs) },
});

/** What was kept of bars that are not stored; no row where there is nothing. */
const ownDays = sql`
  select jsonb_agg(jsonb_build_array(day, close) order by day) as closes,
    (array_agg(volume order by day desc))[1] as volume
  from book_days
  where (account_id, strategy_id, symbol) = (h.account_id, h.strategy_id, h.symbol)
    and day between t.last_day - ${sql.lit(DAYS)} and t.last_day
  having count(*) > 0`;

const portfolios = (nowMs: number) => sql`
    with held as (
      select p.*, c.matched_until_ms, s.follows,
        coalesce(s.bar_interval_ms,
          (select interval_ms from bars where symbol = p.symbol order by interval_ms limit 1),
          ${HOUR_MS}) as interval_ms
      from positions p
      join accounts a on a.account_id = p.account_id and a.trading_mode in ('paper', 'live')
      left join book_clocks c on (c.account_id, c.strategy_id, c.symbol) = (p.account_id, p.strategy_id, p.symbol)
      left join lateral (
        select (input->>'barIntervalMs')::bigint as bar_interval_ms,
          input->'market'->>'source' in ('alpaca', 'ccxt') as follows
        from sessions where account_id = p.account_id and strategy_id = p.strategy_id
        order by opened_at desc limit 1) s on true
      where p.quantity <> 0
    ), told as (
      select h.account_id, jsonb_agg(jsonb_build_object(
        'symbol', h.symbol, 'quantity', trim_scale(h.quantity)::text, 'price', trim_scale(h.mark_price)::text,
        'leverage', h.leverage, 'barVolume', coalesce(o.volume, b.volume), 'barIntervalMs', h.interval_ms,
        'dailyCloses', coalesce(o.closes, d.closes, '[]')) order by h.symbol) as positions,
        max(case when h.follows then ${nowMs}::bigint - coalesce(h.matched_until_ms, 0) else 0 end) as age_ms,
        max(2 * h.interval_ms + ${BAR_AGE_MS}) as age_max_ms
      from held h
      cross join lateral (select to_timestamp((h.matched_until_ms - h.interval_ms) / 1000.0) as last_open) l
      cross join lateral (select floor(extract(epoch from l.last_open) / 86400)::int as last_day) t
      left join lateral (${ownDays}) o on true
      left join lateral (
        select volume::float8 from bars where o.closes is null and symbol = h.symbol and interval_ms = h.interval_ms
          and open_time <= l.last_open
        order by open_time desc limit 1) b on true
      left join lateral (
        select jsonb_agg(jsonb_build_array(day, bar.close) order by day) as closes
        from generate_series(t.last_day - ${DAYS}, t.last_day) as day
        cross join lateral (
          select close::float8 as close from bars where symbol = h.symbol and interval_ms = h.interval_ms
            and open_time >= to_timestamp(day::float8 * 86400) and open_time < to_timestamp((day + 1)::float8 * 86400)
            and open_time <= l.last_open
          order by open_time desc limit 1) bar
        where o.closes is null) d on true
      group by h.account_id
    )
    select a.account_id as "accountId", trim_scale(a.equity)::text as equity,
      coalesce(jsonb_array_length(t.positions), 0) as "openPositions",
      jsonb_build_object('equity', trim_scale(a.equity)::text, 'peakEquity', a.risk_state->'peakEquity',
        'dataAgeMs', coalesce(t.age_ms, 0), 'dataAgeMaxMs', coalesce(t.age_max_ms, ${HOUR_MS}),
        'positions', coalesce(t.positions, '[]')) as portfolio,
      a.risk_state as "riskState", ${openReplays} as replays
    from accounts a left join told t using (account_id)
    where a.trading_mode in ('paper', 'live') order by a.account_id`;
