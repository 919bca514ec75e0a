/** The search kernel in C, compiled here and now, as a child process that answers a number of passes with their CPU time. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bits } from '../../domain/engine/search/bits.ts';
import type { SearchColumns } from '../../domain/engine/search/search-run.ts';

/** One run: its numbers, and its three masks one after the other. */
export type NativeRun = { readonly parameters: Float64Array; readonly masks: readonly [Bits, Bits, Bits] };

export type NativeKernel = {
  /** Nanoseconds of CPU for so many passes over all runs. */
  readonly walk: (passes: number) => Promise<number>;
  /** Ends the child; the results of its last pass, 16 doubles a run. */
  readonly end: () => Promise<Float64Array>;
};

const SOURCE = fileURLToPath(new URL('search-kernel.c', import.meta.url));
const FLAGS = ['-O3', '-march=native', '-ffp-contract=off'];

/** The program's file, or why there is none. */
export function compileNative(folder: string, source = SOURCE): { program: string } | { missing: string } {
  const program = path.join(folder, path.basename(source, '.c'));
  for (const compiler of ['gcc', 'cc', 'clang']) {
    const { status, error, stderr } = spawnSync(compiler, [...FLAGS, '-o', program, source, '-lm'], {
      encoding: 'utf8',
    });
    if (error !== undefined) continue;
    return status === 0 ? { program } : { missing: `${compiler}: ${stderr.trim().split('\n')[0] ?? ''}` };
  }
  return { missing: 'no gcc, cc or clang' };
}

export const nativeFolder = (): string => mkdtempSync(path.join(tmpdir(), 'quarterdeck-bench-'));
export const dropFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export function startNative(
  program: string,
  folder: string,
  columns: SearchColumns,
  runs: readonly NativeRun[],
): NativeKernel {
  const [input, output] = [path.join(folder, 'runs.bin'), path.join(folder, 'results.bin')];
  writeFileSync(input, Buffer.concat(partsOf(columns, runs)));
  const child = spawn(program, [input, output], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return { walk: (passes) => ask(child, lines, passes), end: () => endOf(child, output) };
}

function partsOf({ open, high, low, close, atr, ...funding }: SearchColumns, runs: readonly NativeRun[]): Buffer[] {
  const words = runs[0]?.masks[0].length ?? 0;
  const parts: ArrayBufferView[] = [Int32Array.of(close.length, words, runs.length)];
  parts.push(open, high, low, close, atr, funding.fundingAtOpen, funding.fundingInside);
  for (const { parameters, masks } of runs) parts.push(parameters, ...masks);
  return parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(new Uint8Array(buffer, byteOffset, byteLength)));
}

const ask = (child: ChildProcess, lines: Interface, passes: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`the C kernel ended with ${code}`));
    child.once('exit', failed);
    lines.once('line', (line) => {
      child.off('exit', failed);
      resolve(Number(line));
    });
    child.stdin?.write(`${passes}\n`);
  });

const endOf = (child: ChildProcess, output: string): Promise<Float64Array> =>
  new Promise((resolve) => {
    child.once('close', () => {
      const bytes = readFileSync(output);
      resolve(new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
    });
    child.stdin?.end();
  });
