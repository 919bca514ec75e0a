/**
 * `news_items`: what was told and when we learned it; a revised item is a new row of the same story,
 * so that a past instant reads what was known then. `knowledge_documents`: passages to cite;
 * `embedding` is a hashed term vector of length 1.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table news_items (
    news_id text primary key,
    story_id text not null,
    source text not null,
    url text,
    headline text not null,
    summary text not null,
    symbols text[] not null,
    published_at timestamptz not null,
    known_at timestamptz not null check (known_at >= published_at),
    sentiment text not null check (sentiment in ('positive', 'neutral', 'negative')),
    score double precision not null check (score between -1 and 1),
    topics text[] not null,
    social boolean not null
  )`.execute(db);
  await sql`create index news_items_story on news_items (story_id, known_at)`.execute(db);
  await sql`create index news_items_published on news_items (published_at)`.execute(db);
  await sql`create index news_items_symbols on news_items using gin (symbols)`.execute(db);

  await sql`create table knowledge_documents (
    document_id text primary key,
    title text not null,
    kind text not null check (kind in ('strategy', 'pattern', 'technique', 'event')),
    body text not null,
    dated timestamptz not null,
    known_at timestamptz not null,
    content_hash text not null,
    tsv tsvector not null generated always as (
      setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')
    ) stored,
    embedding real[] not null
  )`.execute(db);
  await sql`create index knowledge_documents_tsv on knowledge_documents using gin (tsv)`.execute(db);
}
