/**
 * The audit: append-only and hash-chained, written before the effect it tells of.
 * hash = sha256(previous hash, kind, canonical JSON body, epoch ms, joined by line feeds), in hex; the first
 * row's previous hash is 64 zeros. Changing, removing or inserting a row breaks the chain from there on.
 */
import { type RawBuilder, sql } from 'kysely';
import { canonicalJson, sha256Hex } from '../domain/canonical-json.ts';
import { insertion, insertTogether } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import { KEPT } from './kept-plans.ts';
import { asStored } from './storable.ts';
import type { Database, JsonObject } from './tables.ts';

export type NewAuditRow = { readonly kind: string; readonly body: JsonObject; readonly atMs: number };

const FIRST_PREVIOUS_HASH = '0'.repeat(64);
const PAGE_ROWS = 2_000;

/**
 * Appends rows to the chain in this transaction, which holds the chain until it ends: call it late, before
 * `appendEvents`. What the rows tell of may be inserted by the same statement.
 */
export async function appendAudit(
  trx: Database,
  rows: readonly NewAuditRow[],
  toldOf: readonly RawBuilder<unknown>[] = [],
): Promise<void> {
  if (rows.length === 0) return;
  const { last, hashBefore } = await takeSequences(trx, rows.length);
  const before = last - rows.length;
  let previousHash = hashBefore ?? (await hashAt(trx, before));
  const chained = rows.map((row, index) => {
    const { kind, atMs } = row;
    const body = asStored(row.body);
    const link = { previous_hash: previousHash, hash: hashOf(previousHash, kind, body, String(atMs)) };
    previousHash = link.hash;
    return { ...link, sequence: before + index + 1, kind, body, at: toInstant(atMs) };
  });
  await insertTogether(trx, [...toldOf, insertion('audit', chained)]);
}

/**
 * Walks the whole chain; others may append meanwhile.
 * @returns the sequence of the first row that is missing, inserted or changed; null when all is well. A cut-off end
 *   shows as the first missing sequence
 */
export async function verifyAudit(db: Database): Promise<number | null> {
  const lastBefore = await lastSequence(db);
  let sequence = 0;
  let previousHash = FIRST_PREVIOUS_HASH;
  for (;;) {
    const page = await readPage(db, sequence);
    for (const row of page) {
      sequence += 1;
      const intact = row.sequence === sequence && row.previous_hash === previousHash;
      if (!intact || row.hash !== hashOf(previousHash, row.kind, row.body, row.at_ms)) return sequence;
      previousHash = row.hash;
    }
    if (page.length < PAGE_ROWS) return badEnd(sequence, lastBefore, await lastSequence(db));
  }
}

/** The chain must reach what was counted before the walk, and not go beyond what is counted after it. */
function badEnd(reached: number, lastBefore: number, lastAfter: number): number | null {
  if (reached < lastBefore) return reached + 1;
  return reached > lastAfter ? lastAfter + 1 : null;
}

type AuditPageRow = {
  sequence: number;
  hash: string;
  previous_hash: string;
  kind: string;
  body: JsonObject;
  /** Epoch ms with any fraction a hand may have added. */
  at_ms: string;
};

async function readPage(db: Database, after: number): Promise<AuditPageRow[]> {
  const result = await sql<AuditPageRow>`
    select sequence, hash, previous_hash, kind, body, trim_scale(extract(epoch from at) * 1000)::text as at_ms
    from audit where sequence > ${after} order by sequence limit ${PAGE_ROWS}`.execute(db);
  return result.rows;
}

type Taken = { readonly last: number; readonly hashBefore: string | null };

/**
 * Locks the chain and takes the next `count` numbers. The hash before them comes along where the statement saw its row:
 * it began before the lock was there, so that a row of whoever held the lock is looked up anew.
 */
async function takeSequences(trx: Database, count: number): Promise<Taken> {
  const result = await sql<Taken>`${KEPT}
    with taken as (
      update counters set value = value + ${count}::bigint where name = 'audit' returning value)
    select taken.value as last, audit.hash as "hashBefore"
    from taken left join audit on audit.sequence = taken.value - ${count}::bigint`.execute(trx);
  const row = result.rows[0];
  if (row === undefined) throw new Error('the counter of the audit is missing');
  return row;
}

async function lastSequence(db: Database): Promise<number> {
  const query = db.selectFrom('counters').select('value').where('name', '=', 'audit');
  return (await query.executeTakeFirstOrThrow()).value;
}

async function hashAt(trx: Database, sequence: number): Promise<string> {
  if (sequence === 0) return FIRST_PREVIOUS_HASH;
  const row = await trx.selectFrom('audit').select('hash').where('sequence', '=', sequence).executeTakeFirst();
  if (row === undefined) throw new Error(`audit row ${sequence} is missing: the chain cannot be continued`);
  return row.hash;
}

function hashOf(previousHash: string, kind: string, body: JsonObject, atMs: string): string {
  return sha256Hex([previousHash, kind, canonicalJson(body), atMs].join('\n'));
}
