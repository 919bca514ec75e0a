/**
 * Orders at a venue that outlive what their workflow was meant to do: it
 * is cancelled, or reset, with the order at work.
 */
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toDecimal } from '../../domain/decimal.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import type { OrderRun } from '../../scripts/lib/desk-in-process.ts';
import type { orderExecution } from '../../workflows/order-execution.ts';
import { freshId, until } from './desk-under-test.ts';
import { openVenueDesk, type VenueDeskUnderTest } from './venue-desk-under-test.ts';
import { FLAT_CLOSES, reaches, venueOrder } from './venue-orders-under-test.ts';

const SYMBOL = 'BTC/USD';
let at: VenueDeskUnderTest;
beforeAll(async () => {
  at = await openVenueDesk({ [SYMBOL]: '100' });
  await storeCloses(at.desk.db, SYMBOL, FLAT_CLOSES);
});
afterAll(() => at.close());

const start = (name: string, change: Record<string, unknown> = {}) =>
  at.desk.startOrder(freshId(name), venueOrder(SYMBOL, { stop: '95', ...change }));
const RESTING = { orderType: 'limit', limitPrice: '99' };

const isCancelled = async (run: Pick<OrderRun, 'result'>): Promise<boolean> => {
  const failure = await run.result().then(
    () => null,
    (error: unknown) => error,
  );
  return failure instanceof WorkflowFailedError && failure.cause instanceof CancelledFailure;
};

it('cancels a resting order when its workflow is cancelled, and ends as cancelled', async () => {
  const run = await start('resting', RESTING);
  await reaches(run, ['entry ACKED 0', 'stop INTENT 0']);
  await run.cancel();
  expect(await isCancelled(run)).toBe(true);
  const orders = await at.desk.db.selectFrom('orders').select(['leg', 'state']).orderBy('leg').execute();
  expect(orders).toEqual([
    { leg: 'entry', state: 'CANCELED' },
    { leg: 'stop', state: 'ABSENT' },
  ]);
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal' });
}, 30_000);

it('keeps what was filled protected, and ends as cancelled only when the stop has done its work', async () => {
  const run = await start('filled');
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  await run.cancel();
  await until('the cancel to be seen', async () => ((await run.describe()).status.name === 'RUNNING' ? true : null));
  await reaches(run, ['entry FILLED 10', 'stop ACKED 0']);
  at.venue.control.price(SYMBOL, toDecimal('94'));
  expect(await isCancelled(run)).toBe(true);
  at.venue.control.price(SYMBOL, toDecimal('100'));
  const stop = await at.desk.db.selectFrom('orders').select('quantity_filled').where('state', '=', 'FILLED').execute();
  expect(stop.map((row) => row.quantity_filled)).toEqual(['10', '10']);
  expect(await at.reconcile()).toMatchObject({ verdict: 'equal' });
}, 30_000);

it('finds its order again after a reset to the first task, whatever the market has done, and sends none', async () => {
  const before = at.told('accept').length;
  const run = await start('reset', RESTING);
  await reaches(run, ['entry ACKED 0', 'stop INTENT 0']);
  const { workflowId } = run;
  const events = (await at.desk.client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
  const firstTask = events.find((one) => (one.workflowTaskCompletedEventAttributes ?? null) !== null);
  await at.desk.client.workflowService.resetWorkflowExecution({
    namespace: at.desk.targets.namespace,
    workflowExecution: { workflowId, runId: run.firstExecutionRunId },
    workflowTaskFinishEventId: firstTask?.eventId ?? null,
    reason: 'a test',
    requestId: workflowId,
  });
  const renewed = at.desk.client.workflow.getHandle<typeof orderExecution>(workflowId);
  await reaches(renewed, ['entry ACKED 0', 'stop INTENT 0']);
  expect(at.told('accept')).toHaveLength(before + 1);
  at.venue.control.price(SYMBOL, toDecimal('98'));
  await reaches(renewed, ['entry FILLED 10', 'stop ACKED 0']);
  expect(at.told('accept')).toHaveLength(before + 2);
  at.venue.control.price(SYMBOL, toDecimal('94'));
  expect(await renewed.result()).toMatchObject({ state: 'done' });
}, 30_000);
