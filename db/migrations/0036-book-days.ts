/** The days behind what a book holds, where its bars are not those of `bars`: a file, a synthetic market. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table book_days (
    account_id text not null,
    strategy_id text not null,
    symbol text not null,
    day integer not null,
    close double precision not null,
    volume double precision not null,
    primary key (account_id, strategy_id, symbol, day)
  )`.execute(db);
}
