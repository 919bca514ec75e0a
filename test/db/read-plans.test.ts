/**
 * However much is in the book, a page of it and what the officers look up
 * come by index: no table is read from end to end.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readWhy } from '../../db/llm/why.ts';
import { entriesAtWork } from '../../db/officers/entries-at-work.ts';
import { readPortfolios } from '../../db/officers/portfolios.ts';
import { presentRegime, readResults } from '../../db/officers/results.ts';
import { openSessions } from '../../db/read/board.ts';
import * as researchResources from '../../db/read/research-resources.ts';
import { type Resource, readOne, readPage } from '../../db/read/resource.ts';
import * as tradingResources from '../../db/read/trading-resources.ts';
import type { Database, Tables } from '../../db/tables.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';

type Query = { readonly sql: string; readonly parameters: readonly unknown[] };
type Plan = { readonly 'Node Type': string; readonly 'Relation Name'?: string; readonly Plans?: readonly Plan[] };

const ROWS = 20_000;
const LARGE = ['accounts', 'sessions', 'decisions', 'orders', 'positions', 'trades', 'strategies'];
let desk: DeskDatabase;
let owner: pg.Client;
let watched: Database;
let asked: Query[] = [];

beforeAll(async () => {
  desk = await openDeskDatabase();
  owner = new pg.Client({ connectionString: desk.url });
  await owner.connect();
  const pool = new pg.Pool({ connectionString: desk.url, max: 2 });
  watched = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void asked.push({ sql: query.sql, parameters: query.parameters }),
  });
  for (const statement of FILLED) await owner.query(statement);
}, 60_000);
afterAll(async () => {
  await watched.destroy();
  await owner.end();
  await desk.close();
});

/** Twenty thousand of each, of which a few are open and real. */
const AT = `'2024-01-01'::timestamptz + n * interval '1 minute'`;
const FILLED = [
  `insert into accounts (account_id, venue, currency, cash, equity, starting_cash, trading_mode, risk_state, epoch,
      created_at)
    select case when n < 3 then 'paper-' || n else 'sim:' || n end, 'paper', 'USD', 1, 1, 1,
      case when n < 3 then 'paper' else 'backtest' end, '{}', 0, ${AT} from generate_series(1, ${ROWS}) n`,
  `insert into sessions (session_id, workflow_id, open_key, account_id, strategy_id, strategy, trading_mode, state,
      input, run_count, first_sequence, checkpoint, data_ends_at_ms, epoch, opened_at)
    select 's' || n, 'w' || n, 'k', case when n < 3 then 'paper-' || n else 'sim:' || n end, 'strategy-' || n % 900,
      '{}', case when n < 3 then 'paper' else 'backtest' end, case when n < 3 then 'open' else 'closed' end, '{}', 1, 0,
      '{}', 0, 1, ${AT} from generate_series(1, ${ROWS}) n`,
  `insert into decisions (decision_id, account_id, session_id, run, sequence, symbol, as_of, action, target_fraction,
      confidence, size_fraction, coverage, agreement, contributions, inputs, policy_version)
    select 'd' || n, 'paper-1', 's' || n % 40 + 1, 1, n, 'S' || n % 50, ${AT}, 'hold', 0, 0, 0, 0, 0, '[]', '{}', 1
    from generate_series(1, ${ROWS}) n`,
  `insert into order_intents (decision_id, leg, client_order_id, account_id, strategy_id, symbol, side, type, quantity,
      leverage, reduce_only, epoch, origin, created_at)
    select 'd' || n, 'entry', 'o' || n, 'paper-1', 'strategy-1', 'S' || n % 50, 'buy', 'market', 1, 1, false, 1,
      'session', ${AT}
    from generate_series(1, ${ROWS}) n`,
  `insert into orders (client_order_id, decision_id, leg, account_id, strategy_id, session_id, symbol, side, type, venue,
      state, simulated, quantity, quantity_filled, leverage, reduce_only, created_at, sent_at)
    select 'o' || n, 'd' || n, 'entry', 'paper-1', 'strategy-1', 's' || n % 40 + 1, 'S' || n % 50, 'buy', 'market',
      'paper', case when n % 5000 = 0 then 'ACKED' when n % 4000 = 0 then 'REJECTED' else 'FILLED' end, false, 1, 0, 1,
      false, ${AT}, ${AT}
    from generate_series(1, ${ROWS}) n`,
  `insert into positions (account_id, strategy_id, symbol, quantity, cost, average_price, mark_price, leverage, realized_pnl,
      fees, funding, opened_at)
    select case when n < 3 then 'paper-' || n else 'sim:' || n end, 'strategy-1', 'S' || n % 50, 1, 1, 1, 1, 1, 0, 0, 0,
      ${AT}
    from generate_series(1, ${ROWS}) n`,
  `insert into trades (trade_id, session_id, account_id, strategy_id, symbol, side, quantity, entry_price, exit_price,
      opened_at, closed_at, pnl_net, fees, exit_reason, decision_id)
    select 't' || n, 's' || n % 40 + 1, 'sim:' || n, 'strategy-1', 'S1', 'long', 1, 1, 1, ${AT}, ${AT}, 0, 0, 'signal',
      'd' || n
    from generate_series(3, ${ROWS}) n`,
  `insert into strategies (strategy_id, type, definition)
    select 'strategy-' || n, 'evolved', '{}' from generate_series(1, ${ROWS}) n`,
  'analyze',
];

/** Tables that a query reads from end to end, of those that grow. */
async function readWhole(work: () => Promise<unknown>): Promise<string[]> {
  asked = [];
  await work();
  const explainable = asked.filter(({ sql }) => /^\s*(select|with)/i.test(sql));
  expect(explainable.length).toBeGreaterThan(0);
  const plans = await Promise.all(explainable.map(planOf));
  return plans.flatMap(nodesOf).flatMap((node) => {
    const table = node['Relation Name'] ?? '';
    return node['Node Type'] === 'Seq Scan' && LARGE.includes(table) ? [table] : [];
  });
}

async function planOf({ sql, parameters }: Query): Promise<Plan> {
  const { rows } = await owner.query(`explain (format json) ${sql}`, [...parameters]);
  return rows[0]['QUERY PLAN'][0].Plan;
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

const RESOURCES = { ...tradingResources, ...researchResources };
const PAGED = Object.entries(RESOURCES).filter(([, { table }]) => LARGE.includes(table)) as [string, Resource][];
const VALUES: Readonly<Record<string, string>> = {
  ...{ tradingMode: 'paper', state: 'REJECTED', symbol: 'S7', sessionId: 's7', accountId: 'paper-1', decisionId: 'd7' },
  ...{ strategyId: 'strategy-7', type: 'evolved', health: 'unknown' },
};
const ways = PAGED.flatMap(([name, resource]) => [
  ...resource.sort.map((sort) => [name, resource, sort, {}] as const),
  ...Object.keys(resource.filters).map(
    (filter) => [`${name} by ${filter}`, resource, resource.sort[0], { [filter]: VALUES[filter] }] as const,
  ),
]);

it.each(ways)('a page of %s', async (_name, resource, sort, filters) => {
  expect(await readWhole(() => readPage(watched, resource, { limit: 100, sort, filters }, null))).toEqual([]);
});

it.each(PAGED)('one row of %s', async (_name, resource) => {
  expect(await readWhole(() => readOne(watched, resource, 'd7', null))).toEqual([]);
});

it.each([
  ['why a decision was made', () => readWhy(watched, 'o7')],
  ['the regime that sessions see', () => presentRegime(watched)],
  ['the last closed trades', () => readResults(watched)],
  ['entries at work', () => entriesAtWork(watched)],
  ['books that trade in real time', () => readPortfolios(watched, 0)],
  ['what is open', () => openSessions(watched)],
])('%s', async (_name, read) => {
  expect(await readWhole(read)).toEqual([]);
});
