/** One order, by hand or from a session: through the gate, recorded before it is sent, watched to its end. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertDecisions } from '../../db/decisions.ts';
import { orderHashOf } from '../../domain/execution/identity.ts';
import type { OrderIntent } from '../../schemas/execution.ts';
import { storeCloses } from '../../scripts/lib/bars/store-closes.ts';
import type { OrderRun } from '../../scripts/lib/desk-in-process.ts';
import { until } from '../../scripts/lib/until.ts';
import { cancelOrderUpdate, orderQuery } from '../../workflows/messages/order-execution.ts';
import { statusQuery, stopSignal, strategySessionId } from '../../workflows/messages/strategy-session.ts';
import { aDecision, anIntent } from '../db/desk-database.ts';
import { type DeskUnderTest, freshId, openAccount, openDeskUnderTest, problemsOf } from './desk-under-test.ts';
import { allTaskFailures } from './histories.ts';
import { aPaperSession } from './session-inputs.ts';

let desk: DeskUnderTest;
beforeAll(async () => {
  desk = await openDeskUnderTest();
});
afterAll(() => desk.close());

const flat = (count: number, price = 100): number[] => Array.from({ length: count }, () => price);

const anOrder = (symbol: string, change: Record<string, unknown> = {}) => ({
  accountId: 'paper-1',
  symbol,
  side: 'buy',
  sizeFraction: 0.05,
  reasoning: 'a test of the desk',
  checkIntervalMs: 100,
  ...change,
});

/** Waits until the gate has answered; for sixty at once that is twenty seconds on a busy machine. */
const answered = (run: OrderRun) =>
  until(
    'an answer of the gate',
    async () => {
      const status = await run.query(orderQuery);
      return status.state === 'checking' ? null : status;
    },
    60_000,
  );
const legsOf = (status: Awaited<ReturnType<typeof answered>>): string[] =>
  status.orders.map((one) => `${one.leg} ${one.state}`);

it('records an order by hand, fills it at the last close with costs, protects it with a stop of 2 ATR', async () => {
  await storeCloses(desk.db, 'AAA/USDT', flat(40));
  const run = await desk.startOrder(freshId('entry'), anOrder('AAA/USDT'));
  const status = await answered(run);
  expect(status.reasons).toEqual([]);
  expect(legsOf(status)).toEqual(['entry FILLED', 'stop ACKED']);
  // 5 % of 100,000 at 100 are 50 units; the price is 100 and 3 basis points; the stop is 2 × 2 below it.
  expect(status.orders).toMatchObject([{ quantity: '50' }, { quantity: '50', stopPrice: '96.03' }]);
  const { rows } = await sql<object>`select f.price, f.fee, i.origin, i.reasoning, i.leg from fills f
    join order_intents i using (client_order_id) where f.symbol = 'AAA/USDT'`.execute(desk.db);
  expect(rows).toEqual([
    { price: '100.03', fee: '2.50075', origin: 'manual', reasoning: 'a test of the desk', leg: 'entry' },
  ]);
});

it('fills the protective stop when bars come that fall through it, and is done then', async () => {
  await storeCloses(desk.db, 'BBB/USDT', flat(40));
  const run = await desk.startOrder(freshId('stop'), anOrder('BBB/USDT'));
  expect(legsOf(await answered(run))).toEqual(['entry FILLED', 'stop ACKED']);
  await storeCloses(desk.db, 'BBB/USDT', [99, 98.5], 40);
  expect((await run.query(orderQuery)).state).toBe('working');
  await storeCloses(desk.db, 'BBB/USDT', [90], 42);
  const status = await run.result();
  expect(status.state).toBe('done');
  expect(legsOf(status)).toEqual(['entry FILLED', 'stop FILLED']);
  const { rows } = await sql<object>`select exit_reason, exit_price from trades where symbol = 'BBB/USDT'`.execute(
    desk.db,
  );
  // The last bar opens at 90, below the stop of 96.03: a gap through it fills at the open, less 3 basis points.
  expect(rows).toEqual([{ exit_reason: 'stop', exit_price: '89.973' }]);
});

it('closes what is held by hand with an order against it, and cancels the legs that protected it', async () => {
  await storeCloses(desk.db, 'CCC/USDT', flat(40));
  const entry = await desk.startOrder(freshId('in'), anOrder('CCC/USDT', { target: '120' }));
  expect(legsOf(await answered(entry))).toEqual(['entry FILLED', 'stop ACKED', 'target ACKED']);
  const exit = await desk.startOrder(freshId('out'), anOrder('CCC/USDT', { side: 'sell', sizeFraction: 1 }));
  expect(legsOf(await exit.result())).toEqual(['exit FILLED']);
  expect(legsOf(await entry.result())).toEqual(['entry FILLED', 'stop CANCELED', 'target CANCELED']);
});

it('ends entries at work when a worker starts while the kill file stands', async () => {
  await storeCloses(desk.db, 'KKK/USDT', flat(40));
  const run = await desk.startOrder(freshId('resting'), anOrder('KKK/USDT', { orderType: 'limit', limitPrice: '97' }));
  expect(legsOf(await answered(run))).toEqual(['entry ACKED', 'stop ACKED']);
  await desk.stopWorker();
  desk.setKillFile('set while the desk was down');
  await desk.startWorker().finally(() => desk.setKillFile(null));
  expect(legsOf(await run.result())).toEqual(['entry CANCELED', 'stop CANCELED']);
});

it.each([
  ['a reason', { reason: 'its partner is gone' }],
  ['anything else', 17],
])('ends entries at work when another workflow asks for it by signal, with %s', async (_what, command) => {
  await storeCloses(desk.db, 'LLL/USDT', flat(40));
  const order = anOrder('LLL/USDT', { orderType: 'limit', limitPrice: '97', checkIntervalMs: 60_000 });
  const run = await desk.startOrder(freshId('asked'), order);
  expect(legsOf(await answered(run))).toEqual(['entry ACKED', 'stop ACKED']);
  await run.signal('cancelRequested', command);
  expect(legsOf(await run.result())).toEqual(['entry CANCELED', 'stop CANCELED']);
});

it('refuses with every reason, the worst first, and sends nothing', async () => {
  await storeCloses(desk.db, 'DDD/USDT', flat(40));
  desk.setKillFile('a drill');
  const run = await desk.startOrder(freshId('refused'), anOrder('DDD/USDT', { sizeFraction: 0.5 }));
  const status = await run.result().finally(() => desk.setKillFile(null));
  expect(status).toMatchObject({ state: 'refused', orders: [] });
  const rules = status.reasons.map((one) => one.rule);
  expect(rules[0]).toBe('killSwitch');
  expect(rules).toEqual(expect.arrayContaining(['positionSize', 'symbolConcentration']));
  const { rows } = await sql<{ rule: string; stage: string }>`select rule, stage from gate_refusals
    where decision_id = ${status.decisionId} order by position`.execute(desk.db);
  expect(rows).toEqual(rules.map((rule) => ({ rule, stage: 'proposal' })));
  const orders = await desk.db.selectFrom('orders').selectAll().where('symbol', '=', 'DDD/USDT').execute();
  expect(orders).toEqual([]);
});

it('lets sixty orders at once over sixty symbols take exactly the places the mode allows: eight', async () => {
  const accountId = await openAccount(desk, 'paper-60');
  const market = { source: 'synthetic', count: 60 };
  const runs = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      desk.startOrder(
        freshId(`many-${index}`),
        anOrder(`M${index}/USDT`, { accountId, market, sizeFraction: 0.01, checkIntervalMs: 60_000 }),
      ),
    ),
  );
  const states: string[] = [];
  // One after the other: sixty that ask fifty times a second keep the worker from deciding.
  for (const run of runs) states.push((await answered(run)).state);
  expect(states.filter((state) => state === 'working')).toHaveLength(8);
  expect(states.filter((state) => state === 'refused')).toHaveLength(52);
  const { rows } = await sql<{ intents: number; positions: number }>`select
    (select count(distinct decision_id)::int from order_intents where account_id = ${accountId}) as intents,
    (select count(*)::int from positions where account_id = ${accountId} and quantity <> 0) as positions`.execute(
    desk.db,
  );
  expect(rows).toEqual([{ intents: 8, positions: 8 }]);
  await Promise.all(runs.map((run) => run.terminate('the test is over').catch(() => undefined)));
}, 120_000);

it('knows no field that switches a check off', async () => {
  const problems = await problemsOf(
    await desk.startOrder(freshId('skip'), anOrder('AAA/USDT', { skipRisk: true, force: true })),
  );
  expect(problems.map((one) => `${one.code} ${one.path}`)).toEqual([
    'INPUT_UNKNOWN_FIELD skipRisk',
    'INPUT_UNKNOWN_FIELD force',
  ]);
});

it.each([
  ['neither size nor quantity', { sizeFraction: undefined }, 'INPUT_REQUIRED sizeFraction'],
  ['both size and quantity', { quantity: '1' }, 'INPUT_REQUIRED sizeFraction'],
  ['a size of 40', { sizeFraction: 40 }, 'INPUT_RANGE sizeFraction'],
  ['a limit order without its price', { orderType: 'limit' }, 'INPUT_REQUIRED limitPrice'],
  ['an account nobody opened', { accountId: 'nobody' }, 'ACCOUNT_UNKNOWN accountId'],
  ['a symbol without bars', { symbol: 'ZZZ/USDT' }, 'DATA_EMPTY market'],
  ['a quantity of nothing', { sizeFraction: undefined, quantity: '0' }, 'INPUT_RANGE quantity'],
  ['a size that rounds down to nothing', { sizeFraction: 1e-14 }, 'ORDER_SIZE quantity'],
])('refuses %s', async (_what, change, expected) => {
  const problems = await problemsOf(await desk.startOrder(freshId('wrong'), anOrder('AAA/USDT', change)));
  expect(problems.map((one) => `${one.code} ${one.path}`)).toEqual([expected]);
});

it('cancels an order that rests, legs included, and trades under new ids when it is started again', async () => {
  await storeCloses(desk.db, 'EEE/USDT', flat(40));
  const id = freshId('resting');
  const resting = anOrder('EEE/USDT', { orderType: 'limit', limitPrice: '98' });
  const first = await desk.startOrder(id, resting);
  expect(legsOf(await answered(first))).toEqual(['entry ACKED', 'stop ACKED']);
  const cancelled = await first.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'changed my mind' }] });
  expect(legsOf(cancelled)).toEqual(['entry CANCELED', 'stop CANCELED']);
  expect((await first.result()).state).toBe('done');

  const second = await desk.startOrder(id, resting);
  const working = await answered(second);
  await storeCloses(desk.db, 'EEE/USDT', [97], 40);
  await until('the fill', async () => {
    const { orders } = await second.query(orderQuery);
    return orders[0]?.state === 'FILLED' ? true : null;
  });
  const before = new Set(cancelled.orders.map((one) => one.clientOrderId));
  expect(working.orders.filter((one) => before.has(one.clientOrderId))).toEqual([]);
  await second.terminate('the test is over');
});

it('refuses an order in the name of a session that did not decide it', async () => {
  const sessionId = freshId('forged');
  const strategy = { type: 'momentum', parameters: { lookback: 9 } };
  const session = await desk.startSession(sessionId, aPaperSession(50, 1, { strategy }));
  await until('the session', async () => (await session.query(statusQuery)).nextStepAtMs);
  const forge = async (decisionId: string, intents: readonly OrderIntent[]) => {
    const input = {
      origin: 'session',
      sessionId,
      sessionWorkflowId: strategySessionId(sessionId),
      accountId: 'paper-1',
      epoch: 1,
      decisionId,
      intents,
    };
    const { state, reasons } = await (await desk.startOrder(freshId('forge'), input)).result();
    return `${state}: ${reasons.map((one) => `${one.rule} ${one.message}`).join()}`;
  };
  const decided = [anIntent(1, { decisionId: freshId('d'), referencePrice: '100' })];
  const [intent] = decided as [OrderIntent];
  expect(await forge('never-made', [{ ...intent, decisionId: 'never-made' }])).toMatch(
    /^refused: sessionOrder decision never-made was never made/,
  );

  const decision = aDecision(900, { decisionId: intent.decisionId, orderHash: orderHashOf(decided) });
  const context = { accountId: 'paper-1', sessionId, run: 1, correlationId: session.workflowId };
  await insertDecisions(desk.db, context, [{ decision, inputs: {} }]);
  expect(await forge(intent.decisionId, [{ ...intent, quantity: '2500' }])).toMatch(
    /^refused: sessionOrder these orders hash to/,
  );

  await session.signal(stopSignal);
  await session.result();
  expect(await forge(intent.decisionId, decided)).toBe(`refused: sessionOrder session ${sessionId} is not open`);
  const orders = await desk.db.selectFrom('orders').selectAll().where('decision_id', '=', intent.decisionId).execute();
  expect(orders).toEqual([]);
});

it('never has an order or a fill without the intent that was recorded before it', async () => {
  const { rows } = await sql<{ orders: number; without: number; early: number; strays: number }>`select
    count(*)::int as orders, count(*) filter (where i.client_order_id is null)::int as without,
    count(*) filter (where i.recorded_at > o.updated_at)::int as early,
    (select count(*)::int from fills left join order_intents using (client_order_id)
      where order_intents.client_order_id is null) as strays
    from orders o left join order_intents i using (client_order_id)`.execute(desk.db);
  expect(rows[0]?.orders).toBeGreaterThan(20);
  expect(rows[0]).toMatchObject({ without: 0, early: 0, strays: 0 });
});

it('leaves no failed workflow task in any history of this file', async () => {
  expect(await allTaskFailures(desk.client, desk.targets.taskQueue)).toEqual([]);
});
