/** Reads numbers and instants out of a query string; null is a value that cannot be read. */

export function readWhole(
  query: URLSearchParams,
  name: string,
  missing: number,
  least: number,
  most: number,
): number | null {
  const text = query.get(name);
  if (text === null || text === '') return missing;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

/** Epoch milliseconds of an ISO instant. */
export function readInstant(query: URLSearchParams, name: string, missing: number): number | null {
  const text = query.get(name);
  if (text === null || text === '') return missing;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}
