/** Many seeds in a row: how many of them met what, and every violation with the line that repeats its seed. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Violation } from '../exam.ts';
import { NOTHING_PLANTED, PLANTED_FAULTS, type PlantedFault } from './planted-faults.ts';
import { repeatLine, type SeedResult, simulate } from './simulate.ts';
import { MARKS, type Mark } from './witness.ts';

export type ManyRequest = {
  readonly firstSeed: number;
  readonly seeds: number;
  /** A safeguard that is taken away; the run ends when that is seen. */
  readonly control?: PlantedFault | null;
  readonly onProgress?: (done: number, violations: number) => void;
};
export type ManyResult = {
  readonly seeds: number;
  readonly orders: number;
  /** Seeds that were run a second time, to the same last byte. */
  readonly repeated: number;
  /** Share of the seeds that met it at least once, 0 to 1. */
  readonly shares: Readonly<Record<Mark, number>>;
  readonly violations: readonly Violation[];
};

const BREATHE_EVERY = 20;
const REPEAT_EVERY = 50;
/** A fault that is in every seed needs no longer list. */
const VIOLATIONS_MAX = 1_000;

export async function simulateMany({ firstSeed, seeds, control, onProgress }: ManyRequest): Promise<ManyResult> {
  const planted = control === undefined || control === null ? null : PLANTED_FAULTS[control];
  const violations: Violation[] = [];
  const met = new Map<Mark, number>();
  let orders = 0;
  let repeated = 0;
  let done = 0;
  while (done < seeds && violations.length < VIOLATIONS_MAX) {
    const result = await simulate(firstSeed + done, planted?.on ?? NOTHING_PLANTED);
    done += 1;
    orders += result.orders;
    for (const mark of result.marks) met.set(mark, (met.get(mark) ?? 0) + 1);
    violations.push(
      ...result.violations.map(({ kind, where }) => ({ kind, where: told(result.seed, where, control) })),
    );
    if (result.violations.some(({ kind }) => kind === planted?.expected)) break;
    if (planted === null && done % REPEAT_EVERY === 1) {
      repeated += 1;
      if (await differs(result)) violations.push({ kind: 'notRepeatable', where: told(result.seed, 'another audit') });
    }
    if (done % BREATHE_EVERY === 0) {
      onProgress?.(done, violations.length);
      await breathe();
    }
  }
  const shares = Object.fromEntries(MARKS.map((mark) => [mark, (met.get(mark) ?? 0) / done]));
  return { seeds: done, orders, repeated, shares: shares as ManyResult['shares'], violations };
}

const differs = async ({ seed, digest }: SeedResult): Promise<boolean> => (await simulate(seed)).digest !== digest;

const told = (seed: number, where: string, control: string | null = null): string =>
  `${where}; again with: ${repeatLine(seed, control)}`;
