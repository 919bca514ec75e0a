/**
 * `npm run export -- training|decisions|trades|bars --format jsonl|csv|parquet --out F [--from ISO] [--to ISO]`: what
 * the desk knows, for other programs. Only Postgres has to be up; nothing of it is changed.
 */
import { EXPORTS, type ExportName } from '../db/export/catalogue.ts';
import type { Answer } from './lib/bars/answer.ts';
import { type CommandTable, runCommand } from './lib/command-table.ts';
import { exportCommand } from './lib/export/export-command.ts';
import { exportFlags } from './lib/export/export-flags.ts';
import { say } from './lib/progress.ts';
import { runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

/** A whole history may take longer than a statement of the desk may. */
function exported(name: ExportName, words: readonly string[]): Promise<Answer> {
  const request = exportFlags(name, words);
  return withDatabase({ name: 'export', statementTimeoutMs: 0 }, (db) =>
    exportCommand(db, request, { say, nowMs: Date.now }),
  );
}

const commands: CommandTable = Object.fromEntries(
  (Object.keys(EXPORTS) as ExportName[]).map((name) => [name, async (words) => exported(name, words)]),
);

await runScript(() => runCommand('export', commands, process.argv.slice(2)));
