/** What walks stood on: written with their decisions, read to make them again. Nothing of it is ever changed. */
import type { Transaction } from 'kysely';
import { type WalkRecord, walkRecordFrom, walkRecordText } from '../domain/backtest/walk-record.ts';
import { sha256Hex } from '../domain/canonical-json.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { insertRows } from './insert-rows.ts';
import type { Database, Tables } from './tables.ts';

/** The decisions of one walk by their numbers. */
export type WalkedDecisions = {
  readonly sessionId: string;
  readonly run: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
};

export async function insertWalkRecord(
  trx: Transaction<Tables>,
  { sessionId, run, firstSequence, lastSequence }: WalkedDecisions,
  record: WalkRecord,
): Promise<void> {
  const { settingsRef, settings, start } = walkRecordText(record);
  await insertRows(trx, 'walk_settings', [{ ref: settingsRef, body: settings }], { onConflict: 'nothing' });
  const row = { session_id: sessionId, run, first_sequence: firstSequence, last_sequence: lastSequence };
  await insertRows(trx, 'walk_records', [{ ...row, settings_ref: settingsRef, start, start_hash: sha256Hex(start) }]);
}

/**
 * The walks of a session in the order of their decisions; with `sequence`, only the one that made that decision.
 * @throws InvalidInput RECORD_CHANGED when a text is not the one that was written
 */
export async function readWalkRecords(
  db: Database,
  { sessionId, sequence }: { readonly sessionId: string; readonly sequence?: number },
): Promise<(WalkedDecisions & WalkRecord)[]> {
  let query = db
    .selectFrom('walk_records as w')
    .innerJoin('walk_settings as s', 's.ref', 'w.settings_ref')
    .select(['w.run', 'w.first_sequence', 'w.last_sequence', 'w.start', 'w.start_hash', 's.ref', 's.body'])
    .where('w.session_id', '=', sessionId);
  if (sequence !== undefined) {
    query = query.where('w.first_sequence', '<=', sequence).where('w.last_sequence', '>=', sequence);
  }
  const rows = await query.orderBy('w.run').orderBy('w.first_sequence').execute();
  return rows.map(({ run, first_sequence: firstSequence, last_sequence: lastSequence, ...row }) => {
    const at = `walk of decisions ${firstSequence} to ${lastSequence}`;
    const settings = unchanged(row.body, row.ref, `the settings of the ${at}`);
    const start = unchanged(row.start, row.start_hash, `the start of the ${at}`);
    return { sessionId, run, firstSequence, lastSequence, ...walkRecordFrom({ settings, start }) };
  });
}

function unchanged(text: string, hash: string, what: string): string {
  const found = sha256Hex(text);
  if (found === hash) return text;
  throw new InvalidInput([problem('RECORD_CHANGED', what, found, `the text with the hash ${hash}`)], 1);
}
