/** Many seeds in a row: how many of them met what, and every violation with the line that repeats its seed. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Violation } from '../exam.ts';
import { NOTHING_PLANTED, type OnPlanted } from './planted-faults.ts';
import { repeatLine, type SeedResult, simulate } from './simulate.ts';
import { MARKS, type Mark } from './witness.ts';

export type ManyRequest = {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly planted?: OnPlanted;
  /** Ends at the first violation of this kind. */
  readonly until?: string;
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

export async function simulateMany({ firstSeed, seeds, planted, until, onProgress }: ManyRequest): Promise<ManyResult> {
  const violations: Violation[] = [];
  const met = new Map<Mark, number>();
  let orders = 0;
  let repeated = 0;
  let done = 0;
  while (done < seeds && violations.length < VIOLATIONS_MAX) {
    const result = await simulate(firstSeed + done, planted ?? NOTHING_PLANTED);
    done += 1;
    orders += result.orders;
    for (const mark of result.marks) met.set(mark, (met.get(mark) ?? 0) + 1);
    violations.push(...result.violations.map(({ kind, where }) => ({ kind, where: told(result.seed, where) })));
    if (until !== undefined && result.violations.some(({ kind }) => kind === until)) break;
    if (planted === undefined && done % REPEAT_EVERY === 1) {
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

const told = (seed: number, where: string): string => `${where}; again with: ${repeatLine(seed)}`;
