/** A desk under test with the test venue beside it, in this process, spoken to over real HTTP by the real adapter. */
import { expect } from 'vitest';
import { alpacaPaperConfig } from '../../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaPaper } from '../../adapters/broker/alpaca/alpaca-venue.ts';
import { toDecimal } from '../../domain/decimal.ts';
import type { ReconcileReport } from '../../schemas/reconciliation.ts';
import { startVenue, type Venue, type VenueOptions } from '../../scripts/lib/venue/start-venue.ts';
import type { reconciliation } from '../../workflows/reconciliation.ts';
import { type Json, newJournal, readJournal } from '../scripts/lib/venue/venue-under-test.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest } from './desk-under-test.ts';

export type VenueDeskUnderTest = {
  readonly desk: DeskUnderTest;
  readonly venue: Venue;
  /** Lines of the venue's journal of one kind. */
  readonly told: (kind: string) => Json[];
  readonly reconcile: () => Promise<ReconcileReport>;
  readonly close: () => Promise<void>;
};

/** Opens both, sets prices, and makes the first comparison, which opens the account. */
export async function openVenueDesk(
  prices: Readonly<Record<string, string>>,
  options: Partial<VenueOptions> = {},
  markets: Parameters<typeof openDeskUnderTest>[1] = {},
): Promise<VenueDeskUnderTest> {
  const journal = newJournal();
  const venue = await startVenue({ journal, tickMs: 0, ...options });
  for (const [symbol, price] of Object.entries(prices)) venue.control.price(symbol, toDecimal(price));
  const keys = { paperKey: 'PKVENUE:venue-secret', liveKey: null };
  const urls = { paperUrl: venue.url, liveUrl: 'https://api.alpaca.markets' };
  const desk = await openDeskUnderTest([createAlpacaPaper(alpacaPaperConfig({ ...keys, ...urls }, true))], markets);
  const reconcile = async (): Promise<ReconcileReport> => {
    const options = { workflowId: freshId('reconciliation'), taskQueue: desk.targets.taskQueue, args: [] as [] };
    const { accounts } = await desk.client.workflow.execute<typeof reconciliation>('reconciliation', options);
    const [report] = accounts;
    if (report === undefined) throw new Error('no account was compared');
    return report;
  };
  expect(await reconcile()).toMatchObject({ accountId: 'alpaca-paper', verdict: 'equal' });
  return {
    desk,
    venue,
    told: (kind) => readJournal(journal).filter((line) => line.kind === kind),
    reconcile,
    close: async () => {
      await desk.close();
      await venue.close();
    },
  };
}
