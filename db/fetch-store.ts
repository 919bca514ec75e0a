/** Fetches of bars, bound to a database: what the fetching adapter is given. */

import type { Bar } from '../schemas/market.ts';
import { beginFetch, type FetchRange, fetchedUntil, keepPage, type OpenFetch } from './bar-fetches.ts';
import { type FinishOptions, finishFetch } from './finish-fetch.ts';
import type { Database } from './tables.ts';

export const createFetchStore = (db: Database) => ({
  begin: (range: FetchRange) => beginFetch(db, range),
  keepPage: (fetch: OpenFetch, bars: readonly Bar[]) => keepPage(db, fetch, bars),
  finish: (fetch: OpenFetch, options: FinishOptions) => finishFetch(db, fetch, options),
  fetchedUntil: (range: Omit<FetchRange, 'toMs'>) => fetchedUntil(db, range),
});
