/** What scripts see of a run that takes longer than one look. The queue is the desk's own: scripts know no other. */
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { BacktestRunResult } from '../../schemas/backtest-run.ts';
import { evolutionResultSchema } from '../../schemas/evolution-run.ts';
import type { Desk } from '../../scripts/lib/desk.ts';
import { startRun } from '../../scripts/lib/research/follow-run.ts';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { backtestId } from '../../workflows/messages/backtest.ts';
import { evolutionRunId } from '../../workflows/messages/evolution-run.ts';
import { RESEARCH_QUEUE } from '../../workflows/messages/research.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest } from './desk-under-test.ts';
import { killMachines, startMachine } from './machines.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

let desk: DeskUnderTest;
let research: ResearchInProcess;
let asScriptsSeeIt: Desk;

beforeAll(async () => {
  desk = await openDeskUnderTest();
  research = await openResearchInProcess(desk, RESEARCH_QUEUE, false);
  await storeBars(desk.db, 'FOLLOW/USDT', walkBars('followed', 3_000, 0.006));
  const temporal = { address: inject('temporalAddress'), namespace: 'default', ui: null, cli: null };
  asScriptsSeeIt = { home: desk.home, databaseUrl: desk.database.appUrl, adminUrl: null, temporal, payloadKeys: [] };
});
afterAll(async () => {
  killMachines();
  await research?.close();
  await desk?.close();
});

it('waits for a backtest that no machine has begun, and for an evolution, telling how far it is', async () => {
  const told: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  // On a terminal every look is drawn.
  const { isTTY } = process.stderr;
  process.stderr.isTTY = true;
  const input = { strategy: 'momentum', symbol: 'FOLLOW/USDT', interval: '1h' };
  const backtest = { workflowType: 'backtest', workflowId: backtestId(freshId('followed')), input, summary: 'late' };
  const market = { symbol: 'FOLLOW/USDT', barIntervalMs: HOUR_MS };
  const bred = { ...market, population: 8, generations: 2 };
  const evolution = {
    workflowType: 'evolutionRun',
    workflowId: evolutionRunId(freshId('followed')),
    input: bred,
    summary: 'late',
  };
  const following = [startRun(asScriptsSeeIt, backtest, 'end'), startRun(asScriptsSeeIt, evolution, 'steps')];
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await startMachine(desk, RESEARCH_QUEUE);
  const [walked, evolved] = await Promise.all(following);
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
  expect((walked as BacktestRunResult).report.bars).toBe(3_000);
  expect(evolutionResultSchema.parse(evolved).generations).toBe(2);
  expect(told.join('\n')).toContain('0 of 2, 0 trials');
}, 60_000);
