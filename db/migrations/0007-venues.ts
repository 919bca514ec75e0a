/**
 * Orders at venues over the network: who is sending which order (the fence), writes that came too late to count, how an
 * account stands with its venue, and the arming of live accounts.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createSends(db);
  await createStanding(db);
  await createArmings(db);
}

async function createSends(db: Kysely<unknown>): Promise<void> {
  await sql`create table order_sends (
    client_order_id text primary key references orders (client_order_id),
    epoch integer not null,
    claimed_at timestamptz not null,
    send_before timestamptz not null,
    outcome text,
    evidence jsonb,
    watch_until timestamptz
  )`.execute(db);
  await sql`create table fenced_writes (
    at timestamptz not null,
    client_order_id text not null,
    epoch integer not null,
    what text not null
  )`.execute(db);
}

/** `frozen` null = orders may go out. `reconciled_at`: when no difference lasted between books and venue. */
async function createStanding(db: Kysely<unknown>): Promise<void> {
  await sql`create table account_standings (
    account_id text primary key references accounts (account_id),
    venue_account_id text not null,
    frozen text,
    frozen_at timestamptz,
    reconciled_at timestamptz,
    report jsonb
  )`.execute(db);
}

async function createArmings(db: Kysely<unknown>): Promise<void> {
  await sql`create table armings (
    arming_id bigint generated always as identity primary key,
    account_id text not null references accounts (account_id),
    armed_by text not null,
    armed_at timestamptz not null,
    expires_at timestamptz not null,
    paper_record jsonb not null,
    override_reason text,
    disarmed_at timestamptz,
    disarmed_by text
  )`.execute(db);
  await sql`create index armings_account on armings (account_id, expires_at)`.execute(db);
}
