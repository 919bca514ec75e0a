/**
 * Pages of rows as Parquet, Snappy inside, a group of rows at a time. Decimals and JSON are text (UTF8), so that every
 * digit is kept; instants are milliseconds of UTC. Every column may be null. The same rows give the same bytes.
 */
import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { type ColumnKind, cellOf, type ExportColumn, type ExportRow } from '../../../domain/export/cells.ts';
import type { ExportPages } from './write-text.ts';

/** Rows that are in memory at once. */
const ROWS_PER_GROUP = 10_000;

const ELEMENTS: Readonly<Record<ColumnKind, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  decimal: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};

export async function writeParquet(file: string, columns: readonly ExportColumn[], pages: ExportPages): Promise<void> {
  const writer = new ParquetWriter({ writer: fileWriter(file), schema: schemaOf(columns), createdBy: 'quarterdeck' });
  let rows: ExportRow[] = [];
  const writeGroup = async (): Promise<void> => {
    const columnData = columns.map((column) => ({
      name: column.name,
      data: rows.map((row) => writtenCell(row, column)),
    }));
    await writer.write({ columnData, rowGroupSize: ROWS_PER_GROUP });
    rows = [];
  };
  for await (const page of pages) {
    rows.push(...page);
    if (rows.length >= ROWS_PER_GROUP) await writeGroup();
  }
  if (rows.length > 0) await writeGroup();
  await writer.finish();
}

const schemaOf = (columns: readonly ExportColumn[]): SchemaElement[] => [
  { name: 'rows', num_children: columns.length },
  ...columns.map(({ name, kind }) => ({ name, repetition_type: 'OPTIONAL' as const, ...ELEMENTS[kind] })),
];

/** As the writer takes it: null is a value that is missing. */
function writtenCell(row: ExportRow, column: ExportColumn): unknown {
  const cell = cellOf(row, column);
  if (cell === null) return null;
  if (column.kind === 'integer') return BigInt(Math.trunc(cell as number));
  if (column.kind === 'instant') return new Date(cell as string);
  return column.kind === 'json' ? JSON.stringify(cell) : cell;
}
