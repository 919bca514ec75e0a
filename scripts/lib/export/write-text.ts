/**
 * Pages of rows as lines of JSON or as CSV, plain or gzip by the name of
 * the file. Pages are read no faster than written.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { csvHeader, csvLine, type ExportColumn, type ExportRow, jsonLine } from '../../../domain/export/cells.ts';

export type ExportPages = AsyncIterable<readonly ExportRow[]>;

type TextParts = { readonly columns: readonly ExportColumn[]; readonly pages: ExportPages; readonly packed: boolean };

export const writeJsonLines = (file: string, { columns, pages, packed }: TextParts): Promise<void> =>
  writeLines(
    file,
    linesOf('', pages, (row) => jsonLine(columns, row)),
    packed,
  );

/** With a header, which is all there is of no rows. */
export const writeCsv = (file: string, { columns, pages, packed }: TextParts): Promise<void> =>
  writeLines(
    file,
    linesOf(csvHeader(columns), pages, (row) => csvLine(columns, row)),
    packed,
  );

async function* linesOf(header: string, pages: ExportPages, line: (row: ExportRow) => string): AsyncGenerator<string> {
  if (header !== '') yield header;
  for await (const rows of pages) yield rows.map(line).join('');
}

const writeLines = (file: string, lines: AsyncGenerator<string>, packed: boolean): Promise<void> => {
  const target = createWriteStream(file);
  return packed ? pipeline(Readable.from(lines), createGzip(), target) : pipeline(Readable.from(lines), target);
};
