/**
 * Rows of a table as text, by the kind of each column: a line of JSON, a line of CSV. A number that is none (NaN,
 * infinite) is null in both. Decimals stay the text they are stored as; instants are ISO-8601 in UTC with milliseconds.
 */
import { csvCell } from '../market/csv-line.ts';

/** `integer`: whole and safe as a double. `decimal`: exact, as text. `json`: any JSON value. */
export type ColumnKind = 'text' | 'integer' | 'double' | 'boolean' | 'decimal' | 'instant' | 'json';

export type ExportColumn = { readonly name: string; readonly kind: ColumnKind };

/** By the names of the columns, as the database gives them: a decimal as text, an instant as a date. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** What a cell holds: null, text, a number, a truth, or with `json` any JSON value. */
export function cellOf(row: ExportRow, { name, kind }: ExportColumn): unknown {
  const value = row[name] ?? null;
  if (value === null) return null;
  if (kind === 'instant') return value instanceof Date ? value.toISOString() : null;
  if (kind === 'decimal') return Number.isFinite(Number(value)) ? String(value) : null;
  if (kind === 'double' || kind === 'integer') return Number.isFinite(Number(value)) ? Number(value) : null;
  return value;
}

/** One object with every column, in their order. */
export const jsonLine = (columns: readonly ExportColumn[], row: ExportRow): string =>
  `${JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, cellOf(row, column)])))}\n`;

export const csvHeader = (columns: readonly ExportColumn[]): string => `${columns.map(({ name }) => name).join(',')}\n`;

/**
 * RFC 4180 with line feeds. Null is an empty cell, an empty text is `""`; a
 * text that looks like a formula is made harmless.
 */
export const csvLine = (columns: readonly ExportColumn[], row: ExportRow): string =>
  `${columns.map((column) => csvText(cellOf(row, column), column.kind)).join(',')}\n`;

function csvText(cell: unknown, kind: ColumnKind): string {
  if (cell === null) return '';
  if (kind === 'json') return csvCell(JSON.stringify(cell));
  if (kind === 'text') return cell === '' ? '""' : csvCell(String(cell));
  return String(cell);
}
