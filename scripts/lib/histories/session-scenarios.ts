/** The lives of sessions whose histories are kept: one for each way a session can go and end. Short on purpose. */
import { readSession } from '../../../db/sessions.ts';
import {
  adjustLimitsUpdate,
  pauseSignal,
  resumeSignal,
  statusQuery,
  stopSignal,
  strategySessionId,
  tickUpdate,
} from '../../../workflows/messages/strategy-session.ts';
import type { DeskInProcess } from '../desk-in-process.ts';
import { until } from '../until.ts';
import { ended, renewed, type Scenario } from './scenario.ts';

const BUSY = { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } };

const aBacktest = (barCount: number, change: Record<string, unknown> = {}) => ({
  accountId: 'paper-1',
  strategy: BUSY,
  symbols: ['BTC/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: 3_600_000,
  market: { source: 'synthetic', count: barCount },
  ...change,
});

/** `speed` 1 is an hour a bar; 36,000 is a tenth of a second. */
const onPaper = (barCount: number, speed: number, strategy: unknown) => ({
  ...aBacktest(barCount, { tradingMode: 'paper', strategy, checkIntervalMs: 100 }),
  market: { source: 'synthetic', count: barCount, speed },
});

const session = (name: string, input: unknown): Scenario => ({
  name,
  play: async (desk) => {
    const run = await desk.startSession(name, input);
    await run.result().catch(() => undefined);
    return [ended(name, run.workflowId)];
  },
});

type Paused = Awaited<ReturnType<typeof startPaused>>;

const startPaused = (desk: DeskInProcess, name: string, input: unknown) =>
  desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: strategySessionId(name),
    args: [input],
    signal: pauseSignal,
  });

/** Starts paused, does what the scenario is about, and waits for the end. */
const guided = (
  name: string,
  input: unknown,
  guide: (run: Paused, desk: DeskInProcess) => Promise<unknown>,
): Scenario => ({
  name,
  play: async (desk) => {
    const run = await startPaused(desk, name, input);
    await guide(run, desk);
    await run.result().catch(() => undefined);
    return renewed(desk, name, run.workflowId, run.signaledRunId);
  },
});

/** By the workflow id alone: the run changes with continue-as-new. */
const latest = (desk: DeskInProcess, run: Paused) => desk.client.workflow.getHandle(run.workflowId);

async function ticks(desk: DeskInProcess, run: Paused, count: number): Promise<void> {
  for (let bar = 0; bar < count; bar += 1) await latest(desk, run).executeUpdate(tickUpdate, { args: [{}] });
}

const untilPosition = (desk: DeskInProcess, run: Paused) =>
  until('a position', async () => {
    await ticks(desk, run, 1);
    return (await latest(desk, run).query(statusQuery)).activePositions === 1 ? true : null;
  });

const FIVE_MISTAKES = { symbols: [], tradingMode: 'live', barIntervalMs: 0, limits: { confidenceMin: 75 } };

export const SESSION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'session-with-children',
    play: async (desk) => {
      const name = 'session-with-children';
      const run = await desk.startSession(name, aBacktest(50));
      await run.result();
      const children = (await sequencesTraded(desk, name)).slice(0, 2);
      const kept = children.map((at, index) => ended(`order-of-session-${index + 1}`, `${run.workflowId}/order:${at}`));
      return [ended(name, run.workflowId), ...kept];
    },
  },
  session('session-orders-inside-the-batch', aBacktest(600, { ordersAsChildren: false })),
  session('session-two-symbols', aBacktest(30, { symbols: ['BTC/USDT', 'ETH/USDT'] })),
  session('session-analysis', aBacktest(40, { tradingMode: 'analysis' })),
  session('session-five-mistakes', aBacktest(20, FIVE_MISTAKES)),
  session('session-without-input', undefined),
  session('session-without-data', aBacktest(20, { market: { source: 'replay' } })),
  session('session-paper', onPaper(8, 36_000, 'smaCross')),
  session('session-duration-over', { ...onPaper(50, 1, 'emaCross'), durationMs: 1_000 }),
  guided('session-paused-and-resumed', aBacktest(20), (run) => run.signal(resumeSignal)),
  guided('session-stopped', aBacktest(20), (run) => run.signal(stopSignal, { reason: 'enough' })),
  guided('session-ticks', onPaper(20, 1, 'rsiReversal'), async (run, desk) => {
    await ticks(desk, run, 4);
    await run.signal(stopSignal);
  }),
  guided('session-limits-tightened', aBacktest(30), async (run) => {
    const limits = { positionFractionMax: 0.02, positionsMax: 2 };
    await run.executeUpdate(adjustLimitsUpdate, { args: [{ limits }] });
    await run.executeUpdate(adjustLimitsUpdate, { args: [{ limits: { positionsMax: 9 } }] }).catch(() => undefined);
    await run.signal(resumeSignal);
  }),
  guided('session-unknown-signal', aBacktest(10), async (run) => {
    await run.signal('pauze');
    await run.signal(resumeSignal);
  }),
  guided('session-cancelled', aBacktest(20), async (run, desk) => {
    await ticks(desk, run, 2);
    await run.cancel();
  }),
  guided('session-cancelled-with-a-position', aBacktest(40, { strategy: 'buyAndHold' }), async (run, desk) => {
    await untilPosition(desk, run);
    await run.cancel();
  }),
  guided('session-flattened', aBacktest(40, { strategy: 'buyAndHold' }), async (run, desk) => {
    await untilPosition(desk, run);
    await run.signal(stopSignal, { reason: 'enough', flatten: true });
  }),
  guided('session-continued', aBacktest(40, { maxHistoryEvents: 100 }), async (run, desk) => {
    await ticks(desk, run, 12);
    await latest(desk, run).signal(resumeSignal);
    await latest(desk, run).result();
  }),
  guided('session-lost-batch', aBacktest(20), loseBatch),
  {
    name: 'session-account-busy',
    play: async (desk) => {
      const holder = await desk.startSession('session-terminated', onPaper(20, 1, 'macdCross'));
      await until('the session', async () => (await holder.query(statusQuery)).nextStepAtMs);
      const second = await desk.startSession('session-account-busy', onPaper(20, 1, 'macdCross'));
      await second.result().catch(() => undefined);
      await holder.terminate('to be taken over');
      const heir = await desk.startSession('session-account-taken-over', onPaper(20, 1, 'macdCross'));
      await until('the heir', async () => (await heir.query(statusQuery)).nextStepAtMs);
      await heir.signal(stopSignal);
      await heir.result();
      return [holder, second, heir].map(({ workflowId }) => ended(workflowId.replace(/^.*:/, ''), workflowId));
    },
  },
];

/** A batch is dispatched by a worker that ends, and handed back by one that began later. */
async function loseBatch(run: Paused, desk: DeskInProcess): Promise<void> {
  await until('the session', async () => (await readSession(desk.db, 'session-lost-batch')) ?? null);
  await desk.stopWorker();
  await desk.startWorkflowWorker();
  await run.signal(resumeSignal);
  await until('a batch in the queue', async () => {
    const { raw } = await run.describe();
    return raw.pendingActivities?.some((one) => one.activityType?.name === 'walkBars') ? true : null;
  });
  await desk.stopWorker();
  await desk.startWorker();
}

async function sequencesTraded(desk: DeskInProcess, sessionId: string): Promise<number[]> {
  const rows = await desk.db
    .selectFrom('decisions')
    .innerJoin('orders', 'orders.decision_id', 'decisions.decision_id')
    .where('decisions.session_id', '=', sessionId)
    .select('decisions.sequence')
    .distinct()
    .orderBy('decisions.sequence')
    .execute();
  return rows.map((row) => row.sequence);
}
