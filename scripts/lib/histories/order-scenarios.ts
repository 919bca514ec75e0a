/** The lives of orders by hand whose histories are kept: filled, protected, refused, cancelled, forged, left open. */
import { cancelOrderUpdate, orderExecutionId, orderQuery } from '../../../workflows/messages/order-execution.ts';
import { storeCloses } from '../bars/store-closes.ts';
import type { DeskInProcess, OrderRun } from '../desk-in-process.ts';
import { until } from '../until.ts';
import { ended, type Scenario } from './scenario.ts';

const FLAT = Array.from({ length: 40 }, () => 100);

const anOrder = (symbol: string, change: Record<string, unknown> = {}) => ({
  accountId: 'paper-1',
  symbol,
  side: 'buy',
  sizeFraction: 0.02,
  reasoning: 'recorded for replay',
  checkIntervalMs: 200,
  ...change,
});

const atWork = (run: OrderRun) =>
  until('the order at work', async () => ((await run.query(orderQuery)).state === 'checking' ? null : true));

/** An order on 40 flat bars of a symbol of its own; `guide` does what the scenario is about. */
const order = (
  name: string,
  symbol: string,
  change: Record<string, unknown>,
  guide: (run: OrderRun, desk: DeskInProcess) => Promise<unknown>,
): Scenario => ({
  name,
  play: async (desk) => {
    await storeCloses(desk.db, symbol, FLAT);
    const run = await desk.startOrder(name, anOrder(symbol, change));
    await guide(run, desk);
    return [ended(name, run.workflowId)];
  },
});

const toItsEnd = (run: OrderRun) => run.result().catch(() => undefined);

/** A day later the price has moved to `close`: stops or targets on the way are filled. */
const moveTo = (symbol: string, close: number) => async (run: OrderRun, desk: DeskInProcess) => {
  await atWork(run);
  await storeCloses(desk.db, symbol, [close, close], FLAT.length);
  await run.result();
};

const FORGED = {
  origin: 'session',
  sessionId: 'session-with-children',
  sessionWorkflowId: 'strategy-session:session-with-children',
  accountId: 'paper-1',
  epoch: 1,
  decisionId: 'never-made',
  intents: [
    {
      decisionId: 'never-made',
      leg: 'exit',
      clientOrderId: 'forged-exit',
      accountId: 'paper-1',
      strategyId: 'manual',
      symbol: 'BTC/USDT',
      side: 'sell',
      type: 'market',
      quantity: '1',
      limitPrice: null,
      stopPrice: null,
      distanceFromEntry: null,
      leverage: 1,
      reduceOnly: true,
      createdAtMs: Date.UTC(2024, 0, 2),
    },
  ],
};

export const ORDER_SCENARIOS: readonly Scenario[] = [
  order('order-stopped-out', 'AAA/USDT', {}, moveTo('AAA/USDT', 90)),
  order('order-target-reached', 'BBB/USDT', { target: '108' }, moveTo('BBB/USDT', 112)),
  order('order-refused', 'CCC/USDT', { sizeFraction: 0.9 }, toItsEnd),
  order('order-unknown-field', 'DDD/USDT', { skipRisk: true }, toItsEnd),
  order('order-account-unknown', 'EEE/USDT', { accountId: 'nobody' }, toItsEnd),
  order('order-limit-cancelled', 'FFF/USDT', { orderType: 'limit', limitPrice: '97' }, async (run) => {
    await atWork(run);
    await run.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'changed my mind' }] });
    await run.result();
  }),
  order('order-still-open', 'GGG/USDT', { orderType: 'limit', limitPrice: '97', checkIntervalMs: 60_000 }, atWork),
  order('order-terminated', 'HHH/USDT', {}, async (run) => {
    await atWork(run);
    await run.terminate('from outside');
  }),
  order('order-cancelled-from-outside', 'III/USDT', {}, async (run, desk) => {
    await atWork(run);
    await run.cancel();
    await storeCloses(desk.db, 'III/USDT', [90, 90], FLAT.length);
    await toItsEnd(run);
  }),
  order('order-entry-closed-by-hand', 'JJJ/USDT', {}, async (run, desk) => {
    await atWork(run);
    const exit = await desk.startOrder('order-exit', anOrder('JJJ/USDT', { side: 'sell', sizeFraction: 1 }));
    await exit.result();
    await run.result();
  }),
  { name: 'order-exit', play: () => Promise.resolve([ended('order-exit', orderExecutionId('order-exit'))]) },
  {
    name: 'order-forged',
    play: async (desk) => {
      const run = await desk.startOrder('order-forged', FORGED);
      await toItsEnd(run);
      return [ended('order-forged', run.workflowId)];
    },
  },
];
