/**
 * Runs per second of the engine, side by side in one process: the report run (wealth, trades, costs), the search kernel
 * in TypeScript and in SIMD, and the same kernel in C, compiled here. Variants take turns. A report run is the
 * median of CPU time, with its garbage; kernels leave none, and of them the fastest sample counts, since what else the
 * machine does only slows: CPU time of one thread, wall of two. A sample is as many passes as take a while, for a single
 * one of few trades is over before a clock or a message can be trusted. Masks are joined before: timed is the walk.
 */
import { Worker } from 'node:worker_threads';
import { Command } from '@commander-js/extra-typings';
import type { EngineMarket } from '../domain/engine/market.ts';
import { runReport } from '../domain/engine/run-report.ts';
import { wordCount } from '../domain/engine/search/bits.ts';
import { type Kernel, simdKernel, typescriptKernel } from '../domain/engine/search/kernel.ts';
import { PARAMETER_COUNT, RESULT_COUNT, searchParameters, statisticsOf } from '../domain/engine/search/layout.ts';
import { marketBytes, openSearchMemory, placeMarket, type SearchMemory } from '../domain/engine/search/memory.ts';
import { chromosomePlan, createSearcher, searcherBytes } from '../domain/engine/search/searcher.ts';
import { evolvedSignals } from '../domain/engine/signals.ts';
import { newWorkspace } from '../domain/engine/state.ts';
import { kernels } from '../domain/features/kernels.ts';
import { geneColumns } from '../domain/signals/evolved/gene-columns.ts';
import type { Chromosome } from '../schemas/chromosome.ts';
import type { Problem } from '../schemas/problem.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import { say } from '../scripts/lib/progress.ts';
import { type Bench, median, shown } from './bench.ts';
import { compileNative, dropFolder, type NativeKernel, nativeFolder, startNative } from './engine/native-kernel.ts';
import { BENCH_PLAN, benchMarket, POPULATIONS, population } from './engine/populations.ts';
import type { PlacedRun, ThreadData } from './engine/thread.ts';

type Flags = { readonly bars: readonly number[]; readonly size: number; readonly rounds: number };

export const bench: Bench = async (words) => {
  const flags = readFlags(words);
  const folder = nativeFolder();
  const native = compileNative(folder);
  const rows: Row[] = [];
  try {
    for (const barCount of flags.bars) rows.push(...(await measure(barCount, flags, folder, native)));
  } finally {
    dropFolder(folder);
  }
  const notice = 'missing' in native ? [`NOTICE: without C (${native.missing}): no ratio`] : [];
  const agree = rows.every((row) => row.sameResults);
  return {
    document: { ok: agree, bench: 'engine', ...flags, native: 'program' in native, rows },
    lines: [...notice, HEADER, ...rows.map(lineOf), `equal bits of all kernels: ${agree ? 'yes' : 'NO'}`],
  };
};

function readFlags(words: readonly string[]): Flags {
  const command = new Command('bench engine')
    .option('--bars <counts>', 'bars of a run, several with commas', '50000,1000000')
    .option('--size <count>', 'chromosomes of a population', '100')
    .option('--rounds <count>', 'samples of each variant', '9')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  const whole = (flag: string, text: string, most: number) => wholeNumber(flag, text, 1, most, problems);
  let flags: Flags = { bars: [], size: 0, rounds: 0 };
  const check = () => {
    const { bars, size, rounds } = command.opts();
    flags = {
      bars: bars.split(',').map((one) => whole('--bars', one, 2_000_000)),
      size: whole('--size', size, 2_000),
      rounds: whole('--rounds', rounds, 1_000),
    };
    return problems;
  };
  parseFlags(command, check, words);
  return flags;
}

type Row = {
  readonly bars: number;
  readonly population: string;
  /** Means of a run. */
  readonly trades: number;
  readonly inMarketFraction: number;
  /** Microseconds a run. */
  readonly report: number;
  readonly typescript: number;
  readonly simd: number;
  readonly native: number | null;
  readonly simdToNative: number | null;
  readonly reportBarsPerSecond: number;
  readonly simdBarsPerSecond: number;
  /** Wall time of one thread over that of two. */
  readonly twoThreads: number;
  readonly sameResults: boolean;
};

const RUN_BYTES = (bars: number): number => 3 * wordCount(bars) * 4 + PARAMETER_COUNT * 8 + 64;
const LONG_RUN_BARS = 200_000;
/** What a sample of a kernel takes at least, in microseconds. */
const SAMPLE_US = 20_000;
/** The same of threads, which wait for a message and for each other. */
const THREAD_SAMPLE_US = 100_000;

async function measure(
  bars: number,
  { size, rounds }: Flags,
  folder: string,
  native: ReturnType<typeof compileNative>,
): Promise<Row[]> {
  const market = benchMarket(bars);
  const count = bars > LONG_RUN_BARS ? Math.max(4, Math.ceil(size / 10)) : size;
  const bytes = marketBytes(bars) + 2 * searcherBytes(bars, 64) + POPULATIONS.length * count * RUN_BYTES(bars);
  const memory = openSearchMemory(bytes);
  const placed = placeMarket(memory, market);
  const genes = geneColumns(market.bars, kernels());
  const simd = simdKernel(memory.memory);
  const searcher = createSearcher({ memory, kernel: simd, market: placed, genes, plan: BENCH_PLAN, masksMax: 64 });
  const rows: Row[] = [];
  for (const name of POPULATIONS) {
    say(`${bars} bars, ${name}`);
    const chromosomes = population(name, count, searcher, bars);
    const runs = chromosomes.map((one) => placeRun(memory, market, one, genes));
    const variants = { simd, typescript: typescriptKernel(memory.buffer) };
    const child =
      'program' in native ? startNative(native.program, folder, ...nativeInput(memory, market, placed, runs)) : null;
    const timed = await timings(market, chromosomes, genes, variants, placed, runs, memory, child, rounds);
    const twoThreads = await threadGain(
      { memory: memory.memory, market: placed, runs, next: new Int32Array(new SharedArrayBuffer(4)) },
      passesFor(THREAD_SAMPLE_US, timed.simd * runs.length),
      rounds,
    );
    rows.push({ bars, population: name, twoThreads: shown(twoThreads), ...timed });
  }
  return rows;
}

type Genes = ReturnType<typeof geneColumns>;

/** A run with its masks joined, in the shared memory. */
function placeRun(
  { buffer, allocate }: SearchMemory,
  market: EngineMarket,
  chromosome: Chromosome,
  genes: Genes,
): PlacedRun {
  const words = wordCount(market.bars.close.length);
  const { side, exit } = evolvedSignals(market, chromosome, genes);
  const place = (holds: (i: number) => boolean): number => {
    const at = allocate(words * 4);
    const bits = new Uint32Array(buffer, at, words);
    for (let i = 0; i < side.length; i += 1) if (holds(i)) bits[i >>> 5] = (bits[i >>> 5] as number) | (1 << (i & 31));
    return at;
  };
  const p = allocate(PARAMETER_COUNT * 8);
  searchParameters(
    chromosomePlan(BENCH_PLAN, chromosome),
    0,
    side.length - 1,
    new Float64Array(buffer, p, PARAMETER_COUNT),
  );
  return {
    long: place((i) => side[i] === 1),
    short: place((i) => side[i] === -1),
    exit: place((i) => exit[i] !== 0),
    p,
  };
}

function nativeInput(
  { buffer }: SearchMemory,
  market: EngineMarket,
  placed: ReturnType<typeof placeMarket>,
  runs: readonly PlacedRun[],
) {
  const { open, high, low, close } = market.bars;
  const { count } = placed;
  const words = (at: number) => new Uint32Array(buffer, at, wordCount(count));
  const fundingAtOpen = new Uint16Array(buffer, placed.fundingAtOpen, count);
  const fundingInside = new Uint16Array(buffer, placed.fundingInside, count);
  const columns = { open, high, low, close, atr: market.atr, fundingAtOpen, fundingInside };
  const asked = runs.map(({ long, short, exit, p }) => ({
    parameters: new Float64Array(buffer, p, PARAMETER_COUNT),
    masks: [words(long), words(short), words(exit)] as const,
  }));
  return [columns, asked] as const;
}

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function timings(
  market: EngineMarket,
  chromosomes: readonly Chromosome[],
  genes: Genes,
  variants: Readonly<Record<'simd' | 'typescript', Kernel>>,
  placed: ReturnType<typeof placeMarket>,
  runs: readonly PlacedRun[],
  memory: SearchMemory,
  child: NativeKernel | null,
  rounds: number,
): Promise<Omit<Row, 'bars' | 'population' | 'twoThreads'>> {
  const out = memory.allocate(RESULT_COUNT * 8);
  const results = new Float64Array(memory.buffer, out, RESULT_COUNT);
  const workspace = newWorkspace();
  const reports = chromosomes.slice(0, Math.max(4, Math.ceil(chromosomes.length / 5))).map((one) => ({
    plan: chromosomePlan(BENCH_PLAN, one),
    lanes: [{ market, voice: { kind: 'columns', columns: evolvedSignals(market, one, genes) } as const }],
  }));
  const timed = { report: [], typescript: [], simd: [], native: [] } as Record<string, number[]>;
  const clock = (name: string, count: number, work: () => void): void => {
    const from = cpuUs();
    work();
    timed[name]?.push((cpuUs() - from) / count);
  };
  const walk = (kernel: Kernel, passes: number): void => {
    for (let pass = 0; pass < passes; pass += 1)
      for (const { long, short, exit, p } of runs) kernel.run(placed, long, short, exit, p, out);
  };
  const fastest = (name: string): number => Math.min(...(timed[name] as number[]));
  let passes = 1;
  for (let round = -2; round < rounds; round += 1) {
    if (round === 0) {
      passes = passesFor(SAMPLE_US, fastest('simd') * runs.length);
      for (const list of Object.values(timed)) list.length = 0;
    }
    clock('report', reports.length, () => {
      for (const { plan, lanes } of reports) runReport(plan, lanes, { workspace });
    });
    for (const [name, kernel] of Object.entries(variants))
      clock(name, passes * runs.length, () => walk(kernel, passes));
    if (child !== null) timed.native?.push((await child.walk(passes)) / 1_000 / (passes * runs.length));
  }
  const found = [variants.simd, variants.typescript].map((kernel) =>
    runs.map(({ long, short, exit, p }) => {
      kernel.run(placed, long, short, exit, p, out);
      return results.slice();
    }),
  ) as [Float64Array[], Float64Array[]];
  const fromC = child === null ? null : await child.end();
  const sameResults = found[0].every(
    (one, run) =>
      equal(one, found[1][run]) &&
      (fromC === null || equal(one, fromC.subarray(run * RESULT_COUNT, (run + 1) * RESULT_COUNT))),
  );
  const sums = found[0].map(statisticsOf);
  const mean = (value: (one: (typeof sums)[number]) => number): number =>
    sums.reduce((sum, one) => sum + value(one), 0) / sums.length;
  const report = median(timed.report as number[]);
  const native = child === null ? null : fastest('native');
  const barCount = market.bars.close.length;
  return {
    trades: Math.round(mean((one) => one.trades)),
    inMarketFraction: shown(mean((one) => one.barsInMarket) / barCount),
    report: shown(report),
    typescript: shown(fastest('typescript')),
    simd: shown(fastest('simd')),
    native: native === null ? null : shown(native),
    simdToNative: native === null ? null : shown(fastest('simd') / native),
    reportBarsPerSecond: shown((barCount / report) * 1e6),
    simdBarsPerSecond: shown((barCount / fastest('simd')) * 1e6),
    sameResults,
  };
}

const equal = (a: Float64Array, b: Float64Array | undefined): boolean =>
  b !== undefined && a.every((value, place) => Object.is(value, b[place]));

const passesFor = (us: number, passUs: number): number => Math.ceil(us / Math.max(1, passUs));

/** Wall time of one thread over that of two, of each its fastest sample. */
async function threadGain(data: ThreadData, passes: number, rounds: number): Promise<number> {
  const start = () => new Worker(new URL('./engine/thread.mjs', import.meta.url), { workerData: data });
  const threads = [start(), start()];
  const answer = (thread: Worker): Promise<void> => new Promise((resolve) => thread.once('message', () => resolve()));
  await Promise.all(threads.map(answer));
  const sample = async (taking: readonly Worker[]): Promise<number> => {
    Atomics.store(data.next, 0, 0);
    const done = taking.map(answer);
    const from = performance.now();
    for (const thread of taking) thread.postMessage(passes);
    await Promise.all(done);
    return performance.now() - from;
  };
  const [one, two]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds + 2; round += 1) {
    one.push(await sample(threads.slice(0, 1)));
    two.push(await sample(threads));
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  return Math.min(...one.slice(2)) / Math.min(...two.slice(2));
}

const HEADER =
  '   bars population  trades  held |  report  typescript    simd       C  µs a run | simd/C | report Mbars/s | 2 threads';

function lineOf(row: Row): string {
  const us = (value: number | null): string => (value === null ? '-' : String(value)).padStart(8);
  const held = `${Math.round(row.inMarketFraction * 100)} %`.padStart(5);
  const ratio = row.simdToNative === null ? '-' : row.simdToNative.toFixed(2);
  const speed = Math.round(row.reportBarsPerSecond / 1e6);
  return [
    `${String(row.bars).padStart(7)} ${row.population.padEnd(10)} ${String(row.trades).padStart(7)} ${held} |`,
    `${us(row.report)} ${us(row.typescript).padStart(10)} ${us(row.simd)} ${us(row.native)}          `,
    `| ${ratio.padStart(6)} | ${String(speed).padStart(14)} | ${row.twoThreads.toFixed(2)}×`,
  ].join('');
}
