/** Where the bars of a script come from: files and synthetic ones need no database, stored ones do. */
import { deskMarketData } from '../../../adapters/market-data/desk-market-data.ts';
import type { MarketData } from '../../../adapters/market-data/market-data.ts';
import { barReaders } from '../../../db/bar-readers.ts';
import { withDatabase } from '../with-database.ts';

const withoutDatabase: MarketData = deskMarketData({
  readBars: () => Promise.reject(new Error('these bars lie in no database')),
  listDataSets: async () => [],
  storedDataHash: async () => undefined,
});

export const withBars = <T>(stored: boolean, name: string, use: (market: MarketData) => Promise<T>): Promise<T> =>
  stored ? withDatabase({ name }, (db) => use(deskMarketData(barReaders(db)))) : use(withoutDatabase);
