/** `npm run export`: one table of what the desk knows into one file, whole or not at all. */
import { EXPORTS, type ExportName, exportedRows } from '../../../db/export/catalogue.ts';
import type { ExportFilter } from '../../../db/export/export-table.ts';
import type { Database } from '../../../db/tables.ts';
import type { Answer } from '../bars/answer.ts';
import { writeWholeFile } from '../whole-file.ts';
import { writeParquet } from './write-parquet.ts';
import { type ExportPages, writeCsv, writeJsonLines } from './write-text.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportRequest = {
  readonly name: ExportName;
  readonly format: ExportFormat;
  readonly out: string;
  readonly filter: ExportFilter;
};

type Telling = { readonly say: (line: string) => void; readonly nowMs: () => number };

const TOLD_EVERY_MS = 2_000;

/** A file that is there is replaced, as by `bars -- export`. @throws InvalidInput OUTPUT_NOT_WRITABLE */
export async function exportCommand(db: Database, request: ExportRequest, telling: Telling): Promise<Answer> {
  const { name, format, out, filter } = request;
  const { columns } = EXPORTS[name];
  const counted = { rows: 0 };
  const pages = counting(exportedRows(db, name, filter), counted, telling);
  await writeWholeFile(out, (partial) => {
    const packed = out.endsWith('.gz');
    if (format === 'parquet') return writeParquet(partial, columns, pages);
    return format === 'csv'
      ? writeCsv(partial, { columns, pages, packed })
      : writeJsonLines(partial, { columns, pages, packed });
  });
  const { rows } = counted;
  const { fromMs, toMs } = filter;
  return {
    exitCode: 0,
    document: { ok: true, what: name, format, out, rows, fromMs, toMs, columns },
    lines: [`${out}: ${rows} rows of ${name}, ${columns.length} columns`],
  };
}

async function* counting(pages: ExportPages, counted: { rows: number }, { say, nowMs }: Telling) {
  let toldAtMs = nowMs();
  for await (const rows of pages) {
    counted.rows += rows.length;
    yield rows;
    if (nowMs() - toldAtMs < TOLD_EVERY_MS) continue;
    toldAtMs = nowMs();
    say(`  ${counted.rows} rows`);
  }
}
