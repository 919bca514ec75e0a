/**
 * What an order may live through, as short plays of a small desk: opened, filled in parts, cancelled too late and in
 * time, bracketed, closed, booked by a reconciliation. Each ends with nothing in doubt.
 */
import { toDecimal } from '../../../domain/decimal.ts';
import type { Order } from '../../../schemas/execution.ts';
import type { OrderRequest } from '../../rig/desk-orders.ts';
import { EXAM_INTERVAL_MS } from '../../rig/market.ts';
import { type DeskRun, sendOrder, settle } from '../../small-desk/desk-run.ts';

/** @returns the orders as they are at the end */
export type Scenario = (run: DeskRun) => Promise<readonly Order[]>;

const SYMBOL = 'ETH/USD';
const PRICE = 3_000;

const request = (change: Partial<OrderRequest>): Omit<OrderRequest, 'accountId'> => ({
  ...{ symbol: SYMBOL, side: 'buy', quantity: '0.0137', reasoning: 'exam', barIntervalMs: EXAM_INTERVAL_MS },
  ...change,
});
const at = (factor: number): string => (PRICE * factor).toFixed(2);
const priceAt = ({ desk }: DeskRun, factor: number): void => desk.venue().control.price(SYMBOL, toDecimal(at(factor)));

async function play(run: DeskRun, id: string, change: Partial<OrderRequest>): Promise<readonly Order[]> {
  const { decisionId, refusal } = await sendOrder(run, id, request(change));
  if (refusal !== null) throw new Error(`${id} was refused: ${refusal}`);
  return settle(run, decisionId);
}

async function cancel(run: DeskRun, [order]: readonly Order[]): Promise<readonly Order[]> {
  const decisionId = order?.decisionId ?? '';
  await run.call(({ broker }) => broker.cancel(decisionId, 'asked by the exam'));
  return settle(run, decisionId);
}

const again = (run: DeskRun, [order]: readonly Order[]): Promise<readonly Order[]> =>
  settle(run, order?.decisionId ?? '');

const RESTING = { orderType: 'limit', limitPrice: at(0.97), stop: at(0.94) } as const;

export const SCENARIOS = {
  open: (run) => play(run, 'open', {}),
  'partial fill': async (run) => {
    run.desk.venue().control.faults({ partial: 1 });
    return play(run, 'partial', {});
  },
  'cancel race': async (run) => {
    run.desk.venue().control.faults({ cancelRace: 1 });
    const late = await cancel(run, await play(run, 'late', RESTING));
    run.desk.venue().control.faults({ cancelRace: 0 });
    return [...late, ...(await cancel(run, await play(run, 'timely', RESTING)))];
  },
  bracket: async (run) => {
    const opened = await play(run, 'bracket', { stop: at(0.98), target: at(1.02) });
    priceAt(run, 0.975);
    return again(run, opened);
  },
  close: async (run) => {
    const opened = await play(run, 'opened', {});
    const closed = await play(run, 'closed', { side: 'sell' });
    return [...(await again(run, opened)), ...closed];
  },
  reconcile: async (run) => {
    const resting = await play(run, 'resting', RESTING);
    run.desk.venue().control.faults({ partial: 1 });
    priceAt(run, 0.965);
    await run.call(({ reconcile }) => reconcile());
    run.desk.venue().control.tick();
    await run.call(({ reconcile }) => reconcile());
    return again(run, resting);
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];
