/**
 * The roles of the desk: `quarterdeck_app` writes rows but makes no tables and rewrites no history,
 * `quarterdeck_read` only looks. Created and granted anew after every migration; passwords are never logged.
 */
import { type Kysely, sql } from 'kysely';
import { pause, sqlState } from './retry.ts';

export const APP_ROLE = 'quarterdeck_app';
export const READ_ROLE = 'quarterdeck_read';

/** Written once: neither update nor delete. */
const APPEND_ONLY = [
  'fills',
  'audit',
  'events',
  'ledger_entries',
  'gate_refusals',
  'fenced_writes',
  'trade_busts',
  'fills_set_aside',
  'bar_revisions',
  'session_bars',
  'walk_settings',
  'walk_records',
  'news_items',
  'model_payloads',
  'advice_slots',
] as const;
/** Updated as time goes on, never deleted. */
const NEVER_DELETED = [
  'accounts',
  'sessions',
  'decisions',
  'order_intents',
  'orders',
  'trades',
  'policies',
  'officer_cycles',
  'officer_memory',
  'var_backtests',
  'strategy_health',
  'counters',
  'kill_switch',
  'order_sends',
  'account_standings',
  'armings',
  'model_calls',
  'model_asks',
  'model_batches',
  'screening_places',
  'tool_calls',
  'budgets',
  'budget_reservations',
  'prompts',
  'model_scores',
  'approvals',
] as const;
/** Only the migrator writes these. */
const MIGRATOR_ONLY = ['kysely_migration', 'kysely_migration_lock'] as const;

const ATTEMPTS_MAX = 20;
const INSUFFICIENT_PRIVILEGE = '42501';
/** Roles belong to the whole cluster, and two databases of it may be migrated at once: these states mean "again". */
const RACE_STATES: ReadonlySet<string> = new Set(['XX000', '23505', '42710', '40001', '40P01']);

export type RolePasswords = { readonly appPassword: string; readonly readPassword: string };

/**
 * Creates both roles (able to log in when passwords are given) and grants what each may do. Where the user may not
 * create or alter roles, roles that exist already still get their grants.
 * @returns null when done, else what was refused
 */
export async function setUpRoles(db: Kysely<unknown>, passwords: RolePasswords | undefined): Promise<string | null> {
  const rolesRefused = await unlessRefused(db, async (trx) => {
    await ensureRole(trx, APP_ROLE, passwords?.appPassword);
    await ensureRole(trx, READ_ROLE, passwords?.readPassword);
  });
  const found = await sql`select 1 from pg_roles where rolname in (${APP_ROLE}, ${READ_ROLE})`.execute(db);
  const grantsRefused = found.rows.length < 2 ? null : await unlessRefused(db, grantAll);
  return rolesRefused ?? grantsRefused;
}

/** Runs one step alone in this database, again after a race with another one. @returns the refusal, null when done */
async function unlessRefused(
  db: Kysely<unknown>,
  step: (trx: Kysely<unknown>) => Promise<void>,
): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(hashtext('quarterdeck roles'))`.execute(trx);
        await step(trx);
      });
      return null;
    } catch (error) {
      if (sqlState(error) === INSUFFICIENT_PRIVILEGE) return error instanceof Error ? error.message : String(error);
      if (attempt >= ATTEMPTS_MAX || !RACE_STATES.has(sqlState(error))) throw error;
      await pause(10 * attempt * (0.5 + Math.random()));
    }
  }
}

async function ensureRole(trx: Kysely<unknown>, role: string, password: string | undefined): Promise<void> {
  const found = await sql`select 1 from pg_roles where rolname = ${role}`.execute(trx);
  if (found.rows.length === 0) await sql`create role ${sql.id(role)} nologin`.execute(trx);
  if (password === undefined) return;
  await sql`alter role ${sql.id(role)} login password ${sql.lit(password)}`.execute(trx);
}

async function grantAll(trx: Kysely<unknown>): Promise<void> {
  const app = sql.id(APP_ROLE);
  const read = sql.id(READ_ROLE);
  await keepPublicFromCreating(trx);
  await sql`grant usage on schema public to ${app}, ${read}`.execute(trx);
  await sql`revoke all on all tables in schema public from ${app}, ${read}`.execute(trx);
  await sql`grant select on all tables in schema public to ${app}, ${read}`.execute(trx);
  await sql`grant insert, update, delete on all tables in schema public to ${app}`.execute(trx);
  await sql`revoke update, delete on ${tableList(APPEND_ONLY)} from ${app}`.execute(trx);
  await sql`revoke delete on ${tableList(NEVER_DELETED)} from ${app}`.execute(trx);
  await sql`revoke insert, update, delete on ${tableList(MIGRATOR_ONLY)} from ${app}`.execute(trx);
}

/** Before Postgres 15 everybody could create tables in `public`; from 15 on this finds nothing to do. */
async function keepPublicFromCreating(trx: Kysely<unknown>): Promise<void> {
  const open = await sql`select 1 from pg_namespace where nspname = 'public'
    and has_schema_privilege('public', oid, 'create') and pg_has_role(nspowner, 'usage')`.execute(trx);
  if (open.rows.length > 0) await sql`revoke create on schema public from public`.execute(trx);
}

const tableList = (names: readonly string[]) => sql.join(names.map((name) => sql.table(name)));
