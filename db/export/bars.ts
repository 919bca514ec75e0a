/** Stored bars, by symbol, interval and open time. */
import { sql } from 'kysely';
import type { ExportRow } from '../../domain/export/cells.ts';
import { columnsOf, type ExportTable, isAsked, within } from './export-table.ts';

export const exportedBars: ExportTable = {
  clock: 'open_time',
  columns: columnsOf({
    symbol: 'text',
    interval_ms: 'integer',
    open_time: 'instant',
    open: 'decimal',
    high: 'decimal',
    low: 'decimal',
    close: 'decimal',
    volume: 'decimal',
  }),
  query: (filter) => sql<ExportRow>`
    select symbol, interval_ms, open_time, open, high, low, close, volume from bars
    where ${within('open_time', filter)} and ${isAsked('symbol', filter.symbol)}
      and ${isAsked('interval_ms', filter.barIntervalMs)}
    order by symbol, interval_ms, open_time`,
};
