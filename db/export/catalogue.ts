/** Everything that `npm run export` knows, by name. */
import type { ExportRow } from '../../domain/export/cells.ts';
import type { Database } from '../tables.ts';
import { exportedBars } from './bars.ts';
import { cursorRows } from './cursor-rows.ts';
import { exportedDecisions } from './decisions.ts';
import type { ExportFilter, ExportTable } from './export-table.ts';
import { exportedTrades } from './trades.ts';
import { exportedTraining } from './training.ts';

export const EXPORTS = {
  training: exportedTraining,
  decisions: exportedDecisions,
  trades: exportedTrades,
  bars: exportedBars,
} as const satisfies Readonly<Record<string, ExportTable>>;

export type ExportName = keyof typeof EXPORTS;

/** The rows of one export, page by page, as the database stands at the first. */
export const exportedRows = (db: Database, name: ExportName, filter: ExportFilter): AsyncGenerator<ExportRow[]> =>
  cursorRows(db, EXPORTS[name].query(filter));
