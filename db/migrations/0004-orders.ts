/**
 * The life of an order: intent (written before anything is sent), order, fills, position, closed trade.
 * No order without an intent row. A fill is known by (venue, account, trade id) and is written once.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIntents(db);
  await createOrders(db);
  await createFills(db);
  await createPositions(db);
  await createBookClocks(db);
  await createTrades(db);
}

async function createIntents(db: Kysely<unknown>): Promise<void> {
  await sql`create table order_intents (
    decision_id text not null,
    leg text not null,
    client_order_id text not null unique,
    account_id text not null,
    strategy_id text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    type text not null check (type in ('market', 'limit', 'stop')),
    quantity numeric not null check (quantity > 0 and quantity < 'Infinity'),
    limit_price numeric,
    stop_price numeric,
    distance_from_entry numeric,
    leverage integer not null,
    reduce_only boolean not null,
    reference_price numeric,
    exit_reason text,
    epoch integer not null,
    reasoning text,
    origin text not null,
    created_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (decision_id, leg)
  )`.execute(db);
  await sql`create index order_intents_account on order_intents (account_id, created_at)`.execute(db);
}

async function createOrders(db: Kysely<unknown>): Promise<void> {
  await sql`create table orders (
    client_order_id text primary key references order_intents (client_order_id),
    decision_id text not null,
    leg text not null,
    account_id text not null,
    strategy_id text not null,
    session_id text,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    type text not null check (type in ('market', 'limit', 'stop')),
    venue text not null,
    venue_order_id text,
    state text not null,
    simulated boolean not null,
    quantity numeric not null check (quantity > 0 and quantity < 'Infinity'),
    quantity_filled numeric not null check (quantity_filled >= 0 and quantity_filled <= quantity),
    limit_price numeric,
    stop_price numeric,
    distance_from_entry numeric,
    leverage integer not null,
    reduce_only boolean not null,
    reference_price numeric,
    exit_reason text,
    created_at timestamptz not null,
    sent_at timestamptz,
    triggered_at timestamptz,
    updated_at timestamptz not null default now()
  )`.execute(db);
  await sql`create index orders_session on orders (session_id)`.execute(db);
  await sql`create index orders_account on orders (account_id, created_at)`.execute(db);
  await sql`create index orders_decision on orders (decision_id)`.execute(db);
  await sql`create index orders_working on orders (account_id)
    where state not in ('DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED', 'ABSENT')`.execute(db);
}

async function createFills(db: Kysely<unknown>): Promise<void> {
  await sql`create table fills (
    venue text not null,
    account_id text not null,
    trade_id text not null,
    client_order_id text not null,
    strategy_id text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    quantity numeric not null check (quantity > 0 and quantity < 'Infinity'),
    price numeric not null check (price > 0 and price < 'Infinity'),
    fee numeric not null check (fee < 'Infinity'),
    at timestamptz not null,
    primary key (venue, account_id, trade_id)
  )`.execute(db);
  await sql`create index fills_account on fills (account_id, at)`.execute(db);
  await sql`create index fills_order on fills (client_order_id)`.execute(db);
}

async function createPositions(db: Kysely<unknown>): Promise<void> {
  await sql`create table positions (
    account_id text not null,
    strategy_id text not null,
    symbol text not null,
    quantity numeric not null check (quantity < 'Infinity'),
    cost numeric not null check (cost < 'Infinity'),
    average_price numeric not null,
    mark_price numeric not null,
    leverage integer not null,
    realized_pnl numeric not null,
    fees numeric not null,
    funding numeric not null,
    opened_at timestamptz,
    funding_done_ms bigint,
    trip jsonb,
    primary key (account_id, strategy_id, symbol)
  )`.execute(db);
}

/** Up to which market time a strategy's orders of a symbol have been matched, whoever did it. */
async function createBookClocks(db: Kysely<unknown>): Promise<void> {
  await sql`create table book_clocks (
    account_id text not null,
    strategy_id text not null,
    symbol text not null,
    matched_until_ms bigint not null,
    primary key (account_id, strategy_id, symbol)
  )`.execute(db);
}

async function createTrades(db: Kysely<unknown>): Promise<void> {
  await sql`create table trades (
    trade_id text primary key,
    session_id text,
    account_id text not null,
    strategy_id text not null,
    symbol text not null,
    side text not null check (side in ('long', 'short')),
    quantity numeric not null,
    entry_price numeric not null,
    exit_price numeric not null,
    opened_at timestamptz not null,
    closed_at timestamptz not null,
    entry_features jsonb,
    regime text,
    pnl_net numeric not null,
    fees numeric not null,
    funding numeric not null default 0,
    decision_id text,
    exit_reason text not null,
    model_cost_micro_usd bigint not null default 0,
    prompt_versions jsonb not null default '{}'
  )`.execute(db);
  await sql`create index trades_session on trades (session_id, closed_at)`.execute(db);
  await sql`create index trades_account on trades (account_id, closed_at)`.execute(db);
  await sql`create index trades_strategy on trades (strategy_id, closed_at)`.execute(db);
}
