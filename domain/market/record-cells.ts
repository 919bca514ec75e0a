/** A JSON record as the cells of a row: an object by its names, an array in the order of the required columns. */
import type { ColumnSet } from './columns.ts';

/** A JSON value whose numbers are the texts that stood there. */
export type RecordValue = string | boolean | null | readonly RecordValue[] | { readonly [key: string]: RecordValue };

export type NamedCells = { readonly names: readonly string[]; readonly cells: readonly string[] };

/** Null where it is neither, or an array of another length. */
export function recordCells<C extends string>(record: RecordValue, columns: ColumnSet<C>): NamedCells | null {
  if (isList(record)) {
    const complete = record.length === columns.required.length;
    return complete ? { names: columns.required, cells: record.map(cellText) } : null;
  }
  if (typeof record !== 'object' || record === null) return null;
  return { names: Object.keys(record), cells: Object.values(record).map(cellText) };
}

const isList = (value: RecordValue): value is readonly RecordValue[] => Array.isArray(value);

/** Texts and the texts of numbers as they are; null, true, [] … as JSON, which no column takes for a number. */
const cellText = (value: RecordValue): string => (typeof value === 'string' ? value.trim() : JSON.stringify(value));
