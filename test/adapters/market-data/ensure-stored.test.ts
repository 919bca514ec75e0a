/** Fetches for walks over the past: of one data set one after the other, of others meanwhile. */
import { expect, it } from 'vitest';
import { ensureStored, type FetchStore } from '../../../adapters/market-data/fetch-bars.ts';
import type { BarsRequest, VendorMarket } from '../../../adapters/market-data/vendor-market.ts';

type Gathered = BarsRequest & { readonly untilMs: number; readonly isResumed: boolean };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

it('a long fetch holds up no other data set, and whoever asks for its own again finds it done', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const asked: string[] = [];
  const covered = new Map<string, number>();
  const vendor: VendorMarket = {
    name: 'alpaca',
    async *bars({ symbol }) {
      asked.push(symbol);
      if (symbol === 'LONG') await gate;
      yield [];
    },
    quote: () => Promise.reject(new Error('nobody asks')),
  };
  const store: FetchStore<Gathered, null> = {
    begin: async (range) => ({ ...range, untilMs: range.fromMs, isResumed: false }),
    keepPage: async (fetch) => fetch,
    finish: async ({ symbol }, { coveredToMs }) => {
      covered.set(symbol, coveredToMs);
      return null;
    },
    fetchedUntil: async ({ symbol, fromMs }) => covered.get(symbol) ?? fromMs,
  };
  const ensure = ensureStored(
    () => vendor,
    store,
    () => 10 * DAY,
  );
  const day = (symbol: string) => ensure('alpaca', { symbol, intervalMs: HOUR, fromMs: 0, toMs: DAY });
  const long = [day('LONG'), day('LONG')];
  await day('SHORT');
  expect(asked).toEqual(['LONG', 'SHORT']);
  open();
  await Promise.all(long);
  expect(asked).toEqual(['LONG', 'SHORT']);
});
