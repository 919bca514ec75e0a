/**
 * One seed from its start to its judgement: order engine, ledger, gate and reconciler as they are, everything around
 * them drawn from the seed. The same seed gives the same run, to the last byte of the audit.
 *
 *   npm run exam -- simulation --seeds 10000          many seeds from 1 on
 *   npm run exam -- simulation --seeds 1 --seed 4711  one seed again
 */
import { createHash } from 'node:crypto';
import type { Violation } from '../exam.ts';
import { judgeEnd } from './final-judge.ts';
import { NOTHING_PLANTED, type OnPlanted } from './planted-faults.ts';
import type { Mark } from './witness.ts';
import { diverge, driveOrder, keepReconciling, planOrder, pullKillSwitch, reconcileOnce } from './workload.ts';
import { openWorld, STARTED_AT_MS, type World } from './world.ts';

export type SeedResult = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly marks: ReadonlySet<Mark>;
  readonly orders: number;
  /** sha256 of audit and events. */
  readonly digest: string;
  /** The lines themselves, for a person. */
  readonly lines: readonly string[];
};

/** Orders start within a minute and a half; then faults end, then nothing fills any more, and all has time to settle. */
const ORDERS_WITHIN_MS = 90_000;
const FAULTS_END_MS = 150_000;
const QUIET_FROM_MS = 270_000;
const END_MS = 390_000;
/** Now and then the venue cannot be read for so long that orders in doubt are handed to a person. */
const BLIND_MS = 17 * 60_000;

export async function simulate(seed: number, planted: OnPlanted = NOTHING_PLANTED): Promise<SeedResult> {
  const world = openWorld(seed, planted);
  const { dice, scheduler, desk, venue, witness } = world;
  const orders = dice.between(2, 6);
  for (let number = 1; number <= orders; number += 1) {
    void driveOrder(world, planOrder(world, number, ORDERS_WITHIN_MS));
  }
  void keepReconciling(world);
  if (dice.chance(0.15)) pullKillSwitch(world, dice.between(0, ORDERS_WITHIN_MS));
  if (dice.chance(0.05)) diverge(world, dice.between(0, FAULTS_END_MS));
  const blindMs = dice.chance(0.02) ? BLIND_MS : 0;
  if (blindMs > 0) scheduler.after(dice.between(0, FAULTS_END_MS), world.blind);
  scheduler.after(FAULTS_END_MS + blindMs, world.calm);
  scheduler.after(QUIET_FROM_MS + blindMs, venue.quieten);
  await scheduler.runUntil(STARTED_AT_MS + END_MS + blindMs);
  await finish(world);
  const { fail, isLate, marks } = witness;
  judgeEnd({ desk, venue, fail, isLate, hasDivergence: marks.has('divergence') });
  const digest = createHash('sha256').update(desk.lines.join('\n')).digest('hex');
  return { seed, violations: witness.violations, marks: witness.marks, orders, digest, lines: desk.lines };
}

/** A last reconciliation has to find everything that can be found. */
async function finish(world: World): Promise<void> {
  let isOver = false;
  void reconcileOnce(world).then(() => {
    isOver = true;
  });
  for (let turn = 1; !isOver && turn <= 20; turn += 1) {
    await world.scheduler.runUntil(world.scheduler.nowMs() + 10_000);
  }
  if (!isOver) world.witness.fail('stuck', 'the last reconciliation did not end');
}

/** What to type to see a seed again. */
export const repeatLine = (seed: number, control: string | null = null): string =>
  `npm run exam -- simulation --seeds 1 --seed ${seed}${control === null ? '' : ` --control ${control}`}`;
