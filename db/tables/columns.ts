/** Kinds of column that every subject has. Instants: `Date` when read, ISO text when written. */
import type { ColumnType } from 'kysely';

export type Instant = ColumnType<Date, string, string>;

export type OptionalInstant = ColumnType<Date | null, string | null | undefined, string | null>;

/** Filled with the transaction's time when not given. */
export type DefaultInstant = ColumnType<Date, string | undefined, string>;

/** A JSON object whose inside this layer does not look at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A bar. Prices and volume are exact decimal strings. */
export type BarColumns = {
  open_time: Instant;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
};
