/** The lives of runs of research whose histories are kept: to the end, paused, stopped, cancelled, refused. */
import { insertBars } from '../../../db/bars.ts';
import { saveDataSet } from '../../../db/data-sets.ts';
import { dataHash, seriesFromRows } from '../../../domain/market/bar-series.ts';
import { createRandom } from '../../../domain/market/random.ts';
import {
  pauseSignal,
  progressQuery,
  RESEARCH_QUEUE,
  resumeSignal,
  stopSignal,
} from '../../../workflows/messages/research.ts';
import type { DeskInProcess } from '../desk-in-process.ts';
import { openResearchInProcess, type ResearchInProcess } from '../research-in-process.ts';
import { until } from '../until.ts';
import { ended, type Kept, type Scenario } from './scenario.ts';

export const SYMBOL = 'RUN/USDT';
const HOUR_MS = 3_600_000;
const BARS = 1_000;
const START_MS = Date.parse('2024-01-01T00:00:00Z');

const EVOLUTION = { symbol: SYMBOL, barIntervalMs: HOUR_MS, population: 8, generations: 2, threads: 1 };
const SEARCH = { symbol: SYMBOL, barIntervalMs: HOUR_MS, strategyType: 'momentum', trials: 10, threads: 1 };

const onResearch = (
  name: string,
  play: (research: ResearchInProcess, desk: DeskInProcess) => Promise<Kept>,
): Scenario => ({
  name,
  play: async (desk) => {
    await storeBars(desk);
    const research = await openResearchInProcess(desk, RESEARCH_QUEUE);
    try {
      return [await play(research, desk)];
    } finally {
      await research.close();
    }
  },
});

export const TRAINING_SCENARIOS: readonly Scenario[] = [
  onResearch('training-done', async (research) => {
    const run = await research.startTraining('training-done', {
      environment: 'cartpole',
      steps: 12_000,
      seeds: [1, 2],
    });
    await run.result();
    return ended('training-done', run.workflowId);
  }),
  onResearch('training-paused-and-stopped', async (research) => {
    const run = await research.startTraining('training-paused-and-stopped', { environment: 'cartpole' });
    await run.signal(pauseSignal);
    await until('a pause', async () => ((await run.query(progressQuery)).state === 'paused' ? true : null));
    await run.signal(resumeSignal);
    await until('a part', async () => ((await run.query(progressQuery)).step > 0 ? true : null));
    await run.signal(stopSignal);
    await run.result();
    return ended('training-paused-and-stopped', run.workflowId);
  }),
];

export const RESEARCH_SCENARIOS: readonly Scenario[] = [
  onResearch('allocation-reviewed', async (_research, desk) => {
    const workflowId = 'allocation-reviewed';
    await desk.client.workflow.execute('allocationReview', { workflowId, taskQueue: RESEARCH_QUEUE, args: [] });
    return ended('allocation-reviewed', workflowId);
  }),
  onResearch('backtest-done', async (research) => {
    const run = await research.startBacktest('backtest-done', { strategy: 'momentum', symbol: SYMBOL, interval: '1h' });
    await run.result();
    return ended('backtest-done', run.workflowId);
  }),
  onResearch('backtest-refused', async (research) => {
    const run = await research.startBacktest('backtest-refused', {
      strategy: 'momentum',
      symbol: 'NONE/USDT',
      interval: '1h',
    });
    await run.result().catch(() => undefined);
    return ended('backtest-refused', run.workflowId);
  }),
  onResearch('evolution-done', async (research) => {
    const run = await research.startEvolution('evolution-done', EVOLUTION);
    await run.result();
    return ended('evolution-done', run.workflowId);
  }),
  onResearch('evolution-paused-and-stopped', async (research) => {
    const run = await research.startEvolution('evolution-paused-and-stopped', { ...EVOLUTION, generations: 1_000 });
    await run.signal(pauseSignal);
    await until('a pause', async () => ((await run.query(progressQuery)).state === 'paused' ? true : null));
    await run.signal(resumeSignal);
    await until('a generation', async () => ((await run.query(progressQuery)).step > 0 ? true : null));
    await run.signal(stopSignal);
    await run.result();
    return ended('evolution-paused-and-stopped', run.workflowId);
  }),
  onResearch('evolution-cancelled', async (research) => {
    const run = await research.startEvolution('evolution-cancelled', { ...EVOLUTION, generations: 1_000 });
    await until('a generation', async () => ((await run.query(progressQuery)).step > 0 ? true : null));
    await run.cancel();
    await run.result().catch(() => undefined);
    return ended('evolution-cancelled', run.workflowId);
  }),
  onResearch('search-done', async (research) => {
    const run = await research.startSearch('search-done', SEARCH);
    await run.result();
    return ended('search-done', run.workflowId);
  }),
];

export async function storeBars(desk: DeskInProcess): Promise<void> {
  const random = createRandom('histories of research');
  let close = 100;
  const rows = Array.from({ length: BARS }, (_, i) => {
    const open = close;
    close = Math.round(close * Math.exp(0.006 * random.normal()) * 1e6) / 1e6;
    const [high, low] = [Math.max(open, close), Math.min(open, close)];
    return { openTimeMs: START_MS + i * HOUR_MS, open, high, low, close, volume: 1_000 };
  });
  const texts = rows.map(({ openTimeMs, ...cells }) => ({
    openTimeMs,
    open: String(cells.open),
    high: String(cells.high),
    low: String(cells.low),
    close: String(cells.close),
    volume: String(cells.volume),
  }));
  await insertBars(desk.db, SYMBOL, HOUR_MS, texts);
  await saveDataSet(desk.db, {
    symbol: SYMBOL,
    intervalMs: HOUR_MS,
    sourceName: 'histories',
    origins: [],
    rowCount: rows.length,
    gaps: [],
    quarantined: null,
    dataHash: dataHash(seriesFromRows(SYMBOL, HOUR_MS, rows)),
    importedAtMs: START_MS,
  });
}
