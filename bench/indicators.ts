/**
 * Six indicators over one series, outputs given again: our kernels, technicalindicators, trading-signals, and the same
 * recurrences in C, compiled here. Variants take turns; each figure is the median time in microseconds a series.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import * as technical from 'technicalindicators';
import * as signals from 'trading-signals';
import { averageDirectionalIndex } from '../domain/features/average-directional-index.ts';
import { averageTrueRange } from '../domain/features/average-true-range.ts';
import { bollinger } from '../domain/features/bollinger.ts';
import { exponentialMovingAverage } from '../domain/features/exponential-moving-average.ts';
import { macd } from '../domain/features/macd.ts';
import { relativeStrengthIndex } from '../domain/features/relative-strength-index.ts';
import type { BarSeries } from '../domain/market/bar-series.ts';
import { syntheticSeries } from '../domain/market/synthetic.ts';
import type { Problem } from '../schemas/problem.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import { type Bench, median, shown } from './bench.ts';
import { compileNative, dropFolder, nativeFolder } from './engine/native-kernel.ts';

const NAMES = ['ema', 'rsi', 'atr', 'adx', 'macd', 'bollinger'] as const;
type Name = (typeof NAMES)[number];
type Variant = Readonly<Record<Name, () => unknown>>;
type Timed = Record<Name, number[]>;

export const bench: Bench = async (words) => {
  const { bars: count, rounds } = readFlags(words);
  const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: 3_600_000, count, seed: 1 });
  const variants = { own: own(bars), tradingSignals: streaming(bars), technicalIndicators: peer(bars) };
  const folder = nativeFolder();
  const native = startNative(bars, folder);
  const timed = { own: noTimes(), tradingSignals: noTimes(), technicalIndicators: noTimes(), native: noTimes() };
  for (const variant of Object.values(variants)) for (const name of NAMES) warm(variant[name]);
  for (let round = -2; round < rounds; round += 1) {
    for (const [who, variant] of Object.entries(variants)) {
      for (const name of NAMES) keep(timed[who as keyof typeof variants], name, round, usOf(variant[name]));
    }
    const answer = await native.pass();
    for (const [place, name] of NAMES.entries())
      if (answer !== null) keep(timed.native, name, round, (answer[place] ?? 0) / 1_000);
  }
  native.end();
  dropFolder(folder);
  const figures = Object.fromEntries(Object.entries(timed).map(([who, times]) => [who, mediansOf(times)]));
  return {
    document: { ok: true, bench: 'indicators', bars: count, rounds, figures, notice: native.missing },
    lines: linesOf(figures, native.missing),
  };
};

function readFlags(words: readonly string[]): { bars: number; rounds: number } {
  const command = new Command('bench indicators')
    .option('--bars <count>', 'bars of the series', '100000')
    .option('--rounds <count>', 'passes of each variant; the median counts', '9')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  let flags = { bars: 0, rounds: 0 };
  const check = () => {
    const { bars, rounds } = command.opts();
    flags = {
      bars: wholeNumber('--bars', bars, 200, 2_000_000, problems),
      rounds: wholeNumber('--rounds', rounds, 1, 1_000, problems),
    };
    return problems;
  };
  parseFlags(command, check, words);
  return flags;
}

const noTimes = (): Timed => ({ ema: [], rsi: [], atr: [], adx: [], macd: [], bollinger: [] });

const WARM_MS = 200;

/** Until it is compiled for good. */
function warm(work: () => unknown): void {
  const untilMs = performance.now() + WARM_MS;
  while (performance.now() < untilMs) work();
}

/** Rounds below 0 warm up. */
function keep(times: Timed, name: Name, round: number, us: number): void {
  if (round >= 0) times[name].push(us);
}

/**
 * Processor time or time by the clock, whichever is less: the first counts threads that sweep up after another variant,
 * the second what else the machine does.
 */
function usOf(work: () => unknown): number {
  const before = process.cpuUsage();
  const startedAtMs = performance.now();
  work();
  const wallUs = (performance.now() - startedAtMs) * 1_000;
  const { user, system } = process.cpuUsage(before);
  return Math.min(user + system, wallUs);
}

function own(bars: BarSeries): Variant {
  const { close } = bars;
  const periods = { fast: 12, slow: 26, signal: 9 };
  const out = [0, 1, 2].map(() => new Float64Array(close.length));
  const lines = macd(close, periods, 'talib');
  const bands = bollinger(close, 20, 2);
  const directions = averageDirectionalIndex(bars, 14, 'talib');
  return {
    ema: () => exponentialMovingAverage(close, 21, out[0]),
    rsi: () => relativeStrengthIndex(close, 14, out[1]),
    atr: () => averageTrueRange(bars, 14, out[2]),
    adx: () => averageDirectionalIndex(bars, 14, 'talib', directions),
    macd: () => macd(close, periods, 'talib', lines),
    bollinger: () => bollinger(close, 20, 2, bands),
  };
}

/** One value at a time, as the library works. */
function streaming({ high, low, close }: BarSeries): Variant {
  const values = [...close];
  const rows = values.map((one, i) => ({ high: high[i] ?? one, low: low[i] ?? one, close: one }));
  const each = <T>(all: readonly T[], add: (one: T) => unknown) => {
    for (const one of all) add(one);
  };
  const { ADX, ATR, BollingerBands, EMA, MACD, RSI } = signals;
  return {
    ema: () =>
      each(
        values,
        (
          (it) => (one: number) =>
            it.add(one)
        )(new EMA(21)),
      ),
    rsi: () =>
      each(
        values,
        (
          (it) => (one: number) =>
            it.add(one)
        )(new RSI(14)),
      ),
    atr: () =>
      each(
        rows,
        (
          (it) => (one: (typeof rows)[number]) =>
            it.add(one)
        )(new ATR(14)),
      ),
    adx: () =>
      each(
        rows,
        (
          (it) => (one: (typeof rows)[number]) =>
            it.add(one)
        )(new ADX(14)),
      ),
    macd: () =>
      each(
        values,
        (
          (it) => (one: number) =>
            it.add(one)
        )(new MACD(new EMA(12), new EMA(26), new EMA(9))),
      ),
    bollinger: () =>
      each(
        values,
        (
          (it) => (one: number) =>
            it.add(one)
        )(new BollingerBands(20, 2)),
      ),
  };
}

function peer(bars: BarSeries): Variant {
  const [high, low, close] = [bars.high, bars.low, bars.close].map((column) => [...column]) as [
    number[],
    number[],
    number[],
  ];
  const macdInput = {
    values: close,
    fastPeriod: 12,
    slowPeriod: 26,
    signalPeriod: 9,
    SimpleMAOscillator: false,
    SimpleMASignal: false,
  };
  return {
    ema: () => technical.EMA.calculate({ values: close, period: 21 }),
    rsi: () => technical.RSI.calculate({ values: close, period: 14 }),
    atr: () => technical.ATR.calculate({ high, low, close, period: 14 }),
    adx: () => technical.ADX.calculate({ high, low, close, period: 14 }),
    macd: () => technical.MACD.calculate(macdInput),
    bollinger: () => technical.BollingerBands.calculate({ values: close, period: 20, stdDev: 2 }),
  };
}

const SOURCE = fileURLToPath(new URL('engine/indicators.c', import.meta.url));

type Native = {
  readonly missing: string | null;
  readonly pass: () => Promise<number[] | null>;
  readonly end: () => void;
};

function startNative({ open, high, low, close }: BarSeries, folder: string): Native {
  const compiled = compileNative(folder, SOURCE);
  if ('missing' in compiled) return { missing: compiled.missing, pass: async () => null, end: () => undefined };
  const input = path.join(folder, 'bars.bin');
  const parts = [Int32Array.of(close.length), open, high, low, close];
  writeFileSync(
    input,
    Buffer.concat(parts.map((one) => Buffer.from(new Uint8Array(one.buffer, one.byteOffset, one.byteLength)))),
  );
  const child = spawn(compiled.program, [input], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const pass = (): Promise<number[]> =>
    new Promise((resolve, reject) => {
      const failed = (code: number | null): void => reject(new Error(`the C indicators ended with ${code}`));
      child.once('exit', failed);
      lines.once('line', (line) => {
        child.off('exit', failed);
        resolve(line.split(' ').map(Number));
      });
      child.stdin.write('go\n');
    });
  return { missing: null, pass, end: () => void child.stdin.end() };
}

const mediansOf = (times: Timed): Record<string, number | null> => {
  const medians = NAMES.map((name) => [name, times[name].length === 0 ? null : shown(median(times[name]))] as const);
  const total = NAMES.every((name) => times[name].length > 0)
    ? shown(medians.reduce((sum, [, us]) => sum + (us ?? 0), 0))
    : null;
  return { ...Object.fromEntries(medians), all: total };
};

function linesOf(
  figures: Readonly<Record<string, Readonly<Record<string, number | null>>>>,
  missing: string | null,
): string[] {
  const columns = [...NAMES, 'all'];
  const notice = missing === null ? [] : [`NOTICE: without C (${missing})`];
  const rows = Object.entries(figures).map(
    ([who, us]) => `${who.padEnd(20)}${columns.map((name) => String(us[name] ?? '-').padStart(10)).join('')}`,
  );
  return [...notice, `${'µs a series'.padEnd(20)}${columns.map((name) => name.padStart(10)).join('')}`, ...rows];
}
