/** One drill: orders at rest, twenty proposals a second, the kill in the middle of them, and what the venue saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures, Violation } from '../../exam.ts';
import { percentile } from '../../rig/order-moves.ts';
import type { Rig } from '../../rig/rig.ts';
import { acceptCount, seenAtVenue } from './at-venue.ts';
import type { KillRun } from './run-kill.ts';

export type Drill = {
  readonly name: string;
  /** Whether proposals can reach the venue before the flag; then it is set once they do. */
  readonly sends: boolean;
  readonly resting: readonly string[];
  /** One proposal, not waited for. */
  readonly propose: (index: number) => void;
  readonly kill: () => Promise<KillRun>;
};
export type Drilled = {
  readonly violations: readonly Violation[];
  readonly figures: Figures;
  /** Nothing reached the venue where it should have: the flag had nothing to stop. */
  readonly sentNone?: boolean;
};

const EVERY_MS = 50;
const BEFORE_MS = 4_000;
const FIRST_WITHIN_MS = 30_000;
const AFTER_MS = 5_000;
const LATE_MS = 1_000;
const CANCEL_MS_MAX = 5_000;

export async function drill(rig: Rig, { name, sends, resting, propose, kill }: Drill): Promise<Drilled> {
  const sinceMs = Date.now();
  const acceptedBefore = acceptCount(rig.venue.journal);
  let proposed = 0;
  let isOver = false;
  const proposing = (async () => {
    for (; !isOver; proposed += 1) {
      propose(proposed);
      await sleep(Math.max(0, sinceMs + (proposed + 1) * EVERY_MS - Date.now()));
    }
  })();
  while (sends && acceptCount(rig.venue.journal) === acceptedBefore && Date.now() < sinceMs + FIRST_WITHIN_MS) {
    await sleep(EVERY_MS);
  }
  await sleep(BEFORE_MS);
  const killed = await kill();
  await sleep(Math.max(0, killed.atMs + AFTER_MS - Date.now()));
  isOver = true;
  await proposing;
  await sleep(LATE_MS);
  const { acceptsMs, cancelsMs } = seenAtVenue(rig.venue.journal, sinceMs, killed.atMs, resting);
  const late = acceptsMs.filter((ms) => ms > LATE_MS);
  const left = cancelsMs.filter((ms) => ms === null || ms > CANCEL_MS_MAX);
  const before = acceptsMs.filter((ms) => ms <= 0).length;
  return {
    sentNone: sends && before === 0,
    violations: [
      ...late.map((ms) => ({ kind: 'lateAccept', where: `${name}: accepted ${ms} ms after the flag` })),
      ...(left.length === 0
        ? []
        : [{ kind: 'restingLeft', where: `${name}: ${left.length} of ${resting.length} orders` }]),
    ],
    figures: {
      proposals: proposed,
      perSecond: Math.round((proposed * 1_000) / (Date.now() - LATE_MS - sinceMs)),
      acceptsBefore: before,
      acceptsAfter: acceptsMs.filter((ms) => ms > 0).length,
      lastAcceptMs: acceptsMs.filter((ms) => ms > 0).at(-1) ?? 'none after the flag',
      resting: resting.length,
      cancelledMs: percentile(
        cancelsMs.map((ms) => ms ?? Infinity),
        1,
      ),
      rowSet: killed.rowSet,
      killOk: killed.ok,
      killTookMs: killed.tookMs,
    },
  };
}
