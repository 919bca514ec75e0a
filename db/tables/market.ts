/** Market data: bars and the files or vendors they came from. Prices and volumes are exact decimal strings. */
import type { Generated } from 'kysely';
import type { Bar, Gap } from '../../schemas/market.ts';
import type { BarColumns, DefaultInstant, Instant, OptionalInstant } from './columns.ts';

export type BarsTable = BarColumns & {
  symbol: string;
  interval_ms: number;
};

export type DataSetsTable = {
  symbol: string;
  interval_ms: number;
  source_name: string;
  origins: readonly string[];
  rows: number;
  gaps: readonly Gap[];
  quarantined: string | null;
  data_hash: string;
  imported_at: Instant;
};

export type BarFetchesTable = {
  fetch_id: Generated<number>;
  source_name: string;
  symbol: string;
  interval_ms: number;
  from_time: Instant;
  to_time: Instant;
  fetched_until: Instant;
  touched_at: DefaultInstant;
  finished_at: OptionalInstant;
};

export type FetchedBarsTable = BarColumns & { fetch_id: number };

export type BarRevisionsTable = {
  symbol: string;
  interval_ms: number;
  open_time: Instant;
  source_name: string;
  before: Bar;
  after: Bar;
  applied: boolean;
  told_at: Instant;
};
