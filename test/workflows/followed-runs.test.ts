/** What scripts see of a run that takes longer than one look. The queue is the desk's own: scripts know no other. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { BacktestRunResult } from '../../schemas/backtest-run.ts';
import { evolutionResultSchema } from '../../schemas/evolution-run.ts';
import type { Desk } from '../../scripts/lib/desk.ts';
import { startRun } from '../../scripts/lib/research/follow-run.ts';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { backtestId } from '../../workflows/messages/backtest.ts';
import { evolutionRunId } from '../../workflows/messages/evolution-run.ts';
import { RESEARCH_QUEUE } from '../../workflows/messages/research.ts';
import { programWords } from '../setup/program.ts';
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

/** Its exit code and what it printed. */
function train(input: object): Promise<{ code: number; document: { result?: { seeds: object[] } } }> {
  const file = path.join(desk.home, 'training.json');
  writeFileSync(file, JSON.stringify(input));
  const { appUrl } = desk.database;
  const env = { ...process.env, QUARTERDECK_HOME: desk.home, DATABASE_URL: appUrl };
  const words = [...programWords('scripts/train.ts'), '--input', file, '--follow', '--json'];
  return new Promise((resolve) => {
    const address = { TEMPORAL_ADDRESS: inject('temporalAddress') };
    execFile(process.execPath, words, { env: { ...env, ...address } }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), document: JSON.parse(stdout) }),
    );
  });
}

it('a followed training prints its result, and leaves with 1 when no seed has solved CartPole', async () => {
  const { code, document } = await train({ environment: 'cartpole', steps: 2_000, seeds: [1, 2] });
  expect(document.result?.seeds).toMatchObject([{ seed: 1 }, { seed: 2 }]);
  expect(code).toBe(1);
}, 60_000);
