/** What can be exported: columns in their order, and the query whose result has exactly these. */
import { type RawBuilder, sql } from 'kysely';
import type { ExportColumn, ExportRow } from '../../domain/export/cells.ts';
import type { TradingMode } from '../../schemas/governance.ts';
import { toInstant } from '../instant.ts';

/** `from` is inclusive, `to` exclusive; null = no bound, and of the others: all. */
export type ExportFilter = {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly symbol: string | null;
  readonly sessionId: string | null;
  readonly tradingMode: TradingMode | null;
  readonly barIntervalMs: number | null;
  /** Only decisions whose outcome is known. */
  readonly scored: boolean;
};

export type ExportTable = {
  /** Which instant `from` and `to` are about. */
  readonly clock: string;
  readonly columns: readonly ExportColumn[];
  readonly query: (filter: ExportFilter) => RawBuilder<ExportRow>;
};

/** `column` within the range of the filter. */
export const within = (column: string, { fromMs, toMs }: ExportFilter) =>
  sql`${sql.ref(column)} >= ${bound(fromMs, '-infinity')}::timestamptz
    and ${sql.ref(column)} < ${bound(toMs, 'infinity')}::timestamptz`;

const bound = (ms: number | null, none: string): string => (ms === null ? none : toInstant(ms));

/** `column` is what the filter names, or it names nothing. */
export const isAsked = (column: string, wanted: string | number | null) =>
  wanted === null ? sql`true` : sql`${sql.ref(column)} = ${wanted}`;

/** Columns written as `name kind`, for tables that are read beside each other. */
export const columnsOf = (kinds: Readonly<Record<string, ExportColumn['kind']>>): ExportColumn[] =>
  Object.entries(kinds).map(([name, kind]) => ({ name, kind }));
