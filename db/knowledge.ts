/**
 * The knowledge base: documents searched by Postgres' full text and by term vectors, both ranks joined. What is dated
 * after the instant asked about is never quoted. Importing again what is there already changes nothing.
 */
import { sql } from 'kysely';
import { canonicalJson, sha256Hex } from '../domain/canonical-json.ts';
import { fuseRanks } from '../domain/llm/knowledge/fuse-ranks.ts';
import { type DocumentRefusal, documentRefusal } from '../domain/llm/knowledge/known-documents.ts';
import { dot, questionVector, termVector, VECTOR_SIZE } from '../domain/llm/knowledge/term-vector.ts';
import type { KnowledgeDocument, KnowledgeKind } from '../schemas/knowledge.ts';
import { upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { inTransaction } from './retry.ts';
import type { Database } from './tables.ts';

export type KnowledgeQuestion = { readonly question: string; readonly limit: number; readonly asOfMs: number };
export type Passage = {
  readonly documentId: string;
  readonly title: string;
  readonly kind: KnowledgeKind;
  readonly datedMs: number;
  /** The parts of the document that answer best, joined by an ellipsis. */
  readonly text: string;
  readonly score: number;
};
export type KnowledgeFinding = {
  readonly passages: readonly Passage[];
  /** Documents that match and must not be quoted yet. */
  readonly refused: readonly DocumentRefusal[];
};

/** What one of the two rankings hands on, and how many refused documents are told. */
const CANDIDATES_MAX = 50;
const REFUSED_MAX = 100;
const HEADLINE_OPTIONS =
  'StartSel="", StopSel="", MaxFragments=3, MinWords=25, MaxWords=70, ShortWord=2, FragmentDelimiter=" … "';

/** Adds documents and replaces those of the same id whose content differs. */
export async function saveDocuments(db: Database, documents: readonly KnowledgeDocument[]) {
  return inTransaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('quarterdeck knowledge'))`.execute(trx);
    const stored = await trx.selectFrom('knowledge_documents').select(['document_id', 'content_hash']).execute();
    const hashes = new Map(stored.map((row) => [row.document_id, row.content_hash]));
    const fresh = documents.filter((one) => hashes.get(one.documentId) !== hashOf(one));
    await upsertRows(trx, 'knowledge_documents', ['document_id'], fresh.map(rowOf));
    const replaced = fresh.filter((one) => hashes.has(one.documentId)).length;
    return { inserted: fresh.length - replaced, replaced, same: documents.length - fresh.length };
  });
}

const hashOf = (document: KnowledgeDocument): string => sha256Hex(canonicalJson(document));

const rowOf = (document: KnowledgeDocument) => ({
  document_id: document.documentId,
  title: document.title,
  kind: document.kind,
  body: document.body,
  dated: toInstant(document.datedMs),
  known_at: toInstant(document.knownAtMs),
  content_hash: hashOf(document),
  embedding: termVector(`${document.title} ${document.title} ${document.body}`),
});

export async function countDocuments(db: Database): Promise<number> {
  const row = await db
    .selectFrom('knowledge_documents')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Passages with their documents, the best first; none where nothing matches. */
export async function searchKnowledge(db: Database, asked: KnowledgeQuestion): Promise<KnowledgeFinding> {
  const [byText, byVector, refused] = await Promise.all([
    rankByText(db, asked),
    rankByVector(db, asked),
    refusedMatches(db, asked),
  ]);
  const best = fuseRanks([byText, byVector]).slice(0, asked.limit);
  return { passages: await readPassages(db, asked.question, best), refused };
}

/** The answer of the tool `query_trading_knowledge`. */
export async function lookUpKnowledge(db: Database, asked: KnowledgeQuestion) {
  const { passages, refused } = await searchKnowledge(db, asked);
  return {
    passages: passages.map(({ documentId, title, text }) => ({ documentId, title, text })),
    withheldCount: refused.length,
  };
}

/**
 * What a person types in a search box. A plain question seldom has all its words in one document, so any of them will
 * do; quotes and a minus keep their strict meaning.
 */
function textQuery(question: string) {
  const strict = sql`websearch_to_tsquery('english', ${question})`;
  const isPlain = !/["]|(^|\s)-\w/.test(question);
  return isPlain ? sql`replace(${strict}::text, '&', '|')::tsquery` : strict;
}

const isKnown = (asOfMs: number) => {
  const at = toInstant(asOfMs);
  return sql<boolean>`(dated <= ${at}::timestamptz and known_at <= ${at}::timestamptz)`;
};

async function rankByText(db: Database, { question, asOfMs }: KnowledgeQuestion): Promise<string[]> {
  const found = await sql<{ document_id: string }>`
    select document_id from knowledge_documents cross join (select ${textQuery(question)} as query) as asked
    where tsv @@ query and ${isKnown(asOfMs)}
    order by ts_rank_cd(tsv, query, 1) desc, document_id limit ${CANDIDATES_MAX}`.execute(db);
  return found.rows.map((row) => row.document_id);
}

/** In Postgres where the extension `vector` is installed, else here; both give the same order. */
async function rankByVector(db: Database, { question, asOfMs }: KnowledgeQuestion): Promise<string[]> {
  const { counts, total } = await documentCounts(db, asOfMs);
  const wanted = questionVector(question, counts, total);
  if (wanted.every((value) => value === 0)) return [];
  return (await hasVectorType(db)) ? rankInPostgres(db, wanted, asOfMs) : rankHere(db, wanted, asOfMs);
}

async function documentCounts(db: Database, asOfMs: number): Promise<{ counts: number[]; total: number }> {
  const found = await sql<{ place: number; count: number }>`
    select place::int, count(*)::int as count
    from knowledge_documents, unnest(embedding) with ordinality as term (value, place)
    where value <> 0 and ${isKnown(asOfMs)} group by place`.execute(db);
  const all = await sql<{ total: number }>`
    select count(*)::int as total from knowledge_documents where ${isKnown(asOfMs)}`.execute(db);
  const counts = Array.from({ length: VECTOR_SIZE }, () => 0);
  for (const { place, count } of found.rows) counts[place - 1] = count;
  return { counts, total: all.rows[0]?.total ?? 0 };
}

async function hasVectorType(db: Database): Promise<boolean> {
  const found = await sql<{ has: boolean }>`select to_regtype('vector') is not null as has`.execute(db);
  return found.rows[0]?.has === true;
}

/** `<#>` is the negative dot product. */
async function rankInPostgres(db: Database, wanted: readonly number[], asOfMs: number): Promise<string[]> {
  const vector = sql`${wanted}::real[]::vector`;
  const found = await sql<{ document_id: string }>`
    select document_id from knowledge_documents
    where ${isKnown(asOfMs)} and (embedding::vector <#> ${vector}) < 0
    order by embedding::vector <#> ${vector}, document_id limit ${CANDIDATES_MAX}`.execute(db);
  return found.rows.map((row) => row.document_id);
}

async function rankHere(db: Database, wanted: readonly number[], asOfMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('knowledge_documents')
    .select(['document_id', 'embedding'])
    .where(isKnown(asOfMs))
    .orderBy('document_id')
    .execute();
  return rows
    .map((row) => ({ id: row.document_id, likeness: dot(wanted, row.embedding) }))
    .filter(({ likeness }) => likeness > 0)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, CANDIDATES_MAX)
    .map(({ id }) => id);
}

async function refusedMatches(db: Database, { question, asOfMs }: KnowledgeQuestion): Promise<DocumentRefusal[]> {
  const found = await sql<{ document_id: string; dated: Date; known_at: Date }>`
    select document_id, dated, known_at from knowledge_documents
    cross join (select ${textQuery(question)} as query) as asked
    where tsv @@ query and not ${isKnown(asOfMs)} order by document_id limit ${REFUSED_MAX}`.execute(db);
  return found.rows.flatMap((row) => {
    const document = { documentId: row.document_id, datedMs: row.dated.getTime(), knownAtMs: row.known_at.getTime() };
    const refusal = documentRefusal(document, asOfMs);
    return refusal === null ? [] : [refusal];
  });
}

type Ranked = { readonly id: string; readonly score: number };

async function readPassages(db: Database, question: string, ranked: readonly Ranked[]): Promise<Passage[]> {
  const ids = ranked.map(({ id }) => id);
  const found = await sql<{ document_id: string; title: string; kind: KnowledgeKind; dated: Date; passage: string }>`
    select document_id, title, kind, dated,
      ts_headline('english', body, ${textQuery(question)}, ${HEADLINE_OPTIONS}) as passage
    from knowledge_documents where document_id = any(${ids})`.execute(db);
  const rows = new Map(found.rows.map((row) => [row.document_id, row]));
  return ranked.flatMap(({ id, score }) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    const { title, kind, passage } = row;
    return [{ documentId: id, title, kind, datedMs: row.dated.getTime(), text: passage, score }];
  });
}
