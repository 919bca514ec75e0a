import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { periodsPerYear } from '../../domain/backtest/metrics.ts';
import { evolveBars } from '../../domain/learning/runs/evolve-bars.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { evolutionRunInputSchema } from '../../schemas/evolution-run.ts';
import { openResearchInProcess, type ResearchInProcess } from '../../scripts/lib/research-in-process.ts';
import { pauseSignal, progressQuery, resumeSignal, stopSignal } from '../../workflows/messages/evolution-run.ts';
import { type DeskUnderTest, freshId, openDeskUnderTest, problemsOf, until } from './desk-under-test.ts';
import { killMachines, startMachine } from './machines.ts';
import { HOUR_MS, storeBars, walkBars } from './research-bars.ts';

let desk: DeskUnderTest;
let research: ResearchInProcess;
let bars: BarSeries;

const INPUT = { symbol: 'EVO/USDT', barIntervalMs: HOUR_MS, population: 16, generations: 4, seed: 7 };

beforeAll(async () => {
  desk = await openDeskUnderTest();
  research = await openResearchInProcess(desk, `research-${randomUUID()}`);
  bars = await storeBars(desk.db, 'EVO/USDT', walkBars('evolution', 3_000, 0.006));
});
afterAll(async () => {
  killMachines();
  await research?.close();
  await desk?.close();
});

const evaluated = async (runId: string): Promise<number> =>
  (await desk.db.selectFrom('trials').select('trial').where('run_id', '=', runId).execute()).length;

describe('an evolution', () => {
  it('finds what the same steps find in memory, with every trial, genome and generation kept', async () => {
    const run = await research.startEvolution(freshId('plain'), INPUT);
    const result = await run.result();
    const here = evolveBars(evolutionRunInputSchema.parse(INPUT), bars, periodsPerYear(HOUR_MS, ['EVO/USDT']));
    expect(result.stoppedBy).toBe('generations');
    expect(result.trials).toBe(here.trials);
    expect(result.lineageHash).toBe(here.generations.at(-1)?.lineageHash);
    expect(result.champion?.genomeId).toBe(here.champion?.id);
    expect(result.promotion).toEqual(here.promotion);
    expect(await evaluated(result.runId)).toBe(result.trials);
    const genomes = await desk.db.selectFrom('genomes').selectAll().where('run_id', '=', result.runId).execute();
    expect(genomes).toHaveLength(16 * 4);
    expect(genomes.every((one) => one.fitness !== null)).toBe(true);
    expect(genomes.filter((one) => one.generation > 0 && one.parents.length > 0).length).toBeGreaterThan(20);
  });

  it('comes to the same end with two machines, other threads and a pause in the middle', async () => {
    const plain = await research.startEvolution(freshId('one'), { ...INPUT, threads: 1 });
    const first = await plain.result();
    const machine = await startMachine(desk, research.researchQueue);
    const run = await research.startEvolution(freshId('two'), { ...INPUT, threads: 3 });
    await run.signal(pauseSignal);
    await until('a pause', async () => ((await run.query(progressQuery)).state === 'paused' ? true : null));
    const before = await evaluated((await run.query(progressQuery)).runId);
    await run.signal(resumeSignal);
    const second = await run.result();
    await machine.kill();
    expect(before).toBeLessThan(second.trials);
    expect(second.resultHash).toBe(first.resultHash);
  }, 180_000);

  it('ends with what it has when it is stopped', async () => {
    const run = await research.startEvolution(freshId('stopped'), { ...INPUT, generations: 500 });
    await until('two generations', async () => ((await run.query(progressQuery)).step >= 2 ? true : null));
    await run.signal(stopSignal, { reason: 'enough' });
    const result = await run.result();
    expect(result.stoppedBy).toBe('signal');
    expect(result.generations).toBeGreaterThanOrEqual(2);
    expect(result.champion).not.toBeNull();
  });

  it('refuses an input with every mistake, and a market without bars', async () => {
    const wrong = await research.startEvolution(freshId('wrong'), { symbol: 'EVO/USDT', population: 1, fitnes: 'x' });
    const problems = await problemsOf(wrong);
    expect(problems.map(({ path }) => path).sort()).toEqual(['barIntervalMs', 'fitnes', 'population']);
    const empty = await research.startEvolution(freshId('empty'), { ...INPUT, symbol: 'NONE/USDT' });
    expect((await problemsOf(empty)).map(({ code }) => code)).toEqual(['DATA_EMPTY']);
  });
});
