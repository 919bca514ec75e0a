/** The lives of orders at a network venue, and of reconciliations, whose histories are kept. */
import { toDecimal } from '../../../domain/decimal.ts';
import { cancelOrderUpdate, orderQuery } from '../../../workflows/messages/order-execution.ts';
import { storeCloses } from '../bars/store-closes.ts';
import type { DeskInProcess, OrderRun } from '../desk-in-process.ts';
import { until } from '../until.ts';
import type { Venue } from '../venue/start-venue.ts';
import { ended, type Kept, type Scenario } from './scenario.ts';

const SYMBOL = 'BTC/USD';
const FLAT = Array.from({ length: 40 }, () => 100);

const anOrder = (change: Record<string, unknown> = {}) => ({
  accountId: 'alpaca-paper',
  symbol: SYMBOL,
  side: 'buy',
  quantity: '1',
  reasoning: 'recorded for replay',
  checkIntervalMs: 200,
  ...change,
});

const states = (run: OrderRun, wanted: string) =>
  until(`orders that are ${wanted}`, async () => {
    const { orders } = await run.query(orderQuery);
    return orders.map((one) => one.state).join(' ') === wanted ? true : null;
  });

async function compare(desk: DeskInProcess, name: string): Promise<Kept[]> {
  const { taskQueue } = desk.targets;
  await desk.client.workflow.execute('reconciliation', { workflowId: name, taskQueue, args: [] });
  return [ended(name, name)];
}

/** Played in this order: the first opens the account, the last leaves it frozen. */
export const venueScenarios = (venue: Venue): readonly Scenario[] => [
  {
    name: 'reconciliation-equal',
    play: async (desk) => {
      venue.control.price(SYMBOL, toDecimal(100));
      await storeCloses(desk.db, SYMBOL, FLAT);
      return compare(desk, 'reconciliation-equal');
    },
  },
  {
    name: 'venue-entry-and-exit',
    play: async (desk) => {
      const entry = await desk.startOrder('venue-entry', anOrder());
      await states(entry, 'FILLED ACKED');
      const exit = await desk.startOrder('venue-exit', anOrder({ side: 'sell' }));
      await Promise.all([exit.result(), entry.result()]);
      return [ended('venue-entry', entry.workflowId), ended('venue-exit', exit.workflowId)];
    },
  },
  {
    name: 'venue-limit-cancelled',
    play: async (desk) => {
      const run = await desk.startOrder('venue-limit', anOrder({ orderType: 'limit', limitPrice: '97' }));
      await states(run, 'ACKED INTENT');
      await run.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'changed my mind' }] });
      await run.result();
      return [ended('venue-limit-cancelled', run.workflowId)];
    },
  },
  {
    name: 'venue-reply-cut',
    play: async (desk) => {
      venue.control.faults({ cutAfter: 1 });
      const run = await desk.startOrder('venue-cut', anOrder({ orderType: 'limit', limitPrice: '97' }));
      await until('a cut reply', async () => (venue.control.stats().repliesCut > 0 ? true : null));
      venue.control.faults({ cutAfter: 0 });
      await states(run, 'ACKED INTENT');
      await run.executeUpdate(cancelOrderUpdate, { args: [{}] });
      await run.result();
      return [ended('venue-reply-cut', run.workflowId)];
    },
  },
  {
    name: 'reconciliation-different',
    play: async (desk) => {
      venue.control.cash(toDecimal('1'));
      return compare(desk, 'reconciliation-different');
    },
  },
];
