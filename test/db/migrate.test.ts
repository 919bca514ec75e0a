/** Migrations on a real Postgres: from several processes, twice, and by a user who may not create roles. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { createTestDatabase } from '../setup/database.ts';

type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;
const NAMES = Object.keys(migrations);
const MIGRATE_AND_PRINT = `
  import { migrate } from './db/migrate.ts';
  console.log(JSON.stringify(await migrate(process.argv[1])));`;

/** The helper's database may be migrated already: start from a schema without tables. */
async function emptySchema(url: string): Promise<void> {
  const db = openDatabase(url, { poolSize: 1 });
  await sql`drop schema public cascade`.execute(db);
  await sql`create schema public`.execute(db);
  await closeDatabase(db);
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

it('lets four processes migrate at once: each migration runs exactly once', async () => {
  await emptySchema(database.url);
  const run = promisify(execFile);
  const flags = ['--import', 'tsx', '--input-type=module', '-e', MIGRATE_AND_PRINT, database.url];
  const outputs = await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, flags)));
  const ran: string[][] = outputs.map(({ stdout }) => JSON.parse(stdout));
  expect(ran.flat().sort()).toEqual([...NAMES].sort());
});

it('finds nothing to do the second time', async () => {
  await migrate(database.url);
  expect(await migrate(database.url)).toEqual([]);
});

it('makes every table that outside readers know by name', async () => {
  await migrate(database.url);
  const db = openDatabase(database.url, { poolSize: 1 });
  const found = await sql<{ name: string; columns: string[] }>`
    select table_name as name, array_agg(column_name::text) as columns from information_schema.columns
    where table_schema = 'public' group by table_name`.execute(db);
  await closeDatabase(db);
  const columns = new Map(found.rows.map((row) => [row.name, new Set(row.columns)]));
  const missing = Object.entries(FACE).flatMap(([table, names]) =>
    names
      .split(' ')
      .filter((name) => columns.get(table)?.has(name) !== true)
      .map((name) => `${table}.${name}`),
  );
  expect(missing).toEqual([]);
});

it('migrates for a user who may not touch roles, and says so', async () => {
  const name = `plain_${randomUUID().replaceAll('-', '')}`;
  const admin = openDatabase(database.url, { poolSize: 1 });
  await sql`create role ${sql.id(name)} login password 'plain' nosuperuser nocreaterole`.execute(admin);
  await sql`create database ${sql.id(name)} owner ${sql.id(name)}`.execute(admin);
  const url = new URL(database.url);
  url.username = name;
  url.password = 'plain';
  url.pathname = `/${name}`;
  const warnings: string[] = [];
  const passwords = { appPassword: 'one', readPassword: 'two' };
  const ran = await migrate(url.href, { ...passwords, warn: (message) => warnings.push(message) });
  await sql`drop database ${sql.id(name)} with (force)`.execute(admin);
  await sql`drop role ${sql.id(name)}`.execute(admin);
  await closeDatabase(admin);
  expect(ran).toEqual(NAMES);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^database roles are not set up: permission denied/);
});

/** Columns of the public face that this schema fills. */
const FACE: Readonly<Record<string, string>> = {
  accounts: 'account_id currency cash equity trading_mode',
  ledger_entries: 'posting_id entry_id account_id book kind amount currency client_order_id trade_id at',
  sessions: 'session_id workflow_id account_id strategy_id trading_mode state report',
  decisions:
    'decision_id session_id sequence symbol as_of action target_fraction confidence size_fraction coverage ' +
    'contributions inputs no_decision policy_version correlation_id recorded_at',
  gate_refusals: 'decision_id stage rule message',
  order_intents: 'decision_id leg client_order_id account_id symbol side quantity epoch recorded_at',
  orders:
    'client_order_id decision_id leg session_id venue venue_order_id state simulated quantity quantity_filled ' +
    'limit_price sent_at',
  fills: 'venue account_id trade_id client_order_id symbol side quantity price fee at',
  positions: 'account_id strategy_id symbol quantity average_price realized_pnl',
  trades:
    'trade_id session_id symbol side opened_at closed_at entry_features regime pnl_net fees model_cost_micro_usd ' +
    'prompt_versions',
  policies: 'version mode profile active set_by reason before after at',
  events: 'sequence type payload correlation_id at',
  audit: 'sequence hash previous_hash kind body at',
  strategies: 'strategy_id type definition promoted health',
  desk_performance: 'decisions_made trades_executed analysis_count active_sessions trading_modes model_usage',
  strategy_performance: 'strategy_id trade_count pnl_net',
};
