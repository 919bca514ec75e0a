/** The lives of sessions of two legs whose histories are kept: with children, stopped out, unwound by hand. */
import { cancelOrderUpdate } from '../../../workflows/messages/order-execution.ts';
import { stopSignal, strategySessionId, tickUpdate } from '../../../workflows/messages/strategy-session.ts';
import { storeCloses } from '../bars/store-closes.ts';
import type { DeskInProcess, SessionRun } from '../desk-in-process.ts';
import { until } from '../until.ts';
import { ended, type Scenario } from './scenario.ts';

const BARS = 24;
/** Both venues have had the bars of their warm-up before they part. */
const APART_FROM = 16;

/** The first venue falls through every stop at this bar, where the scenario asks for it. */
const CRASH = 20;

/** One asset at two venues: 50 bp apart from bar 16 on, so that the pair opens there. */
async function storeVenues({ db }: DeskInProcess, asset: string): Promise<[string, string]> {
  const symbols: [string, string] = [`${asset}/USDT:A`, `${asset}/USDT:B`];
  const bars = Array.from({ length: BARS }, (_, i) => i);
  await storeCloses(
    db,
    symbols[0],
    bars.map((i) => (asset === 'NEAR' && i === CRASH ? 60 : 100)),
  );
  await storeCloses(
    db,
    symbols[1],
    bars.map((i) => (i < APART_FROM ? 100 : 100.5)),
  );
  return symbols;
}

const scenario = (
  name: string,
  asset: string,
  change: Record<string, unknown>,
  guide: (run: SessionRun, desk: DeskInProcess) => Promise<unknown>,
): Scenario => ({
  name,
  play: async (desk) => {
    const symbols = await storeVenues(desk, asset);
    const run = await desk.startSession(name, {
      accountId: 'paper-1',
      strategy: { type: 'crossVenue' },
      symbols,
      tradingMode: 'paper',
      barIntervalMs: 3_600_000,
      checkIntervalMs: 100,
      ...change,
    });
    await guide(run, desk);
    await run.result();
    return [ended(name, strategySessionId(name))];
  },
});

async function ticks(run: SessionRun, count: number): Promise<void> {
  for (let bar = 0; bar < count; bar += 1) await run.executeUpdate(tickUpdate, { args: [{}] });
}

export const PAIR_SCENARIOS: readonly Scenario[] = [
  scenario('session-pair-with-children', 'AVAX', { tradingMode: 'backtest' }, () => Promise.resolve()),
  scenario('session-pair-unwound', 'ATOM', {}, async (run, desk) => {
    await ticks(run, APART_FROM + 1);
    await cancelSecondEntry(run, desk);
    await until('no entry at work', async () =>
      (await entriesAtWork(desk, 'session-pair-unwound')) === 0 ? true : null,
    );
    await run.signal(stopSignal, { reason: 'enough' });
  }),
  scenario('session-pair-leg-stopped-out', 'NEAR', { tradingMode: 'backtest' }, () => Promise.resolve()),
];

async function cancelSecondEntry(run: SessionRun, desk: DeskInProcess): Promise<void> {
  const [row] = await desk.db
    .selectFrom('decisions')
    .innerJoin('orders', 'orders.decision_id', 'decisions.decision_id')
    .where('decisions.session_id', '=', 'session-pair-unwound')
    .where('orders.leg', '=', 'entry')
    .select('decisions.sequence')
    .orderBy('decisions.sequence', 'desc')
    .limit(1)
    .execute();
  const child = desk.client.workflow.getHandle(`${run.workflowId}/order:${row?.sequence}`);
  await child.executeUpdate(cancelOrderUpdate, { args: [{ reason: 'by hand' }] });
}

async function entriesAtWork({ db }: DeskInProcess, sessionId: string): Promise<number> {
  const query = db.selectFrom('orders').select('client_order_id').where('session_id', '=', sessionId);
  return (await query.where('leg', '=', 'entry').where('state', '=', 'ACKED').execute()).length;
}
