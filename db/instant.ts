/** Instants at the border of the database: epoch ms UTC inside, `timestamptz` outside. Whole milliseconds only. */

/** @throws RangeError when `ms` is not an instant */
export const toInstant = (ms: number): string => new Date(ms).toISOString();

export const toOptionalInstant = (ms: number | null): string | null => (ms === null ? null : toInstant(ms));

export const optionalMs = (at: Date | null): number | null => (at === null ? null : at.getTime());
