/**
 * A recorded walk, done once more: by the same step, over the same bars, from the account as it stood.
 * Instant by instant it can be asked what would have been decided then in another context; what is decided
 * otherwise changes nothing of the instants that follow.
 */
import type { Decision } from '../../schemas/decision.ts';
import { type AdviceCall, awaitedAdvisor } from './advisor.ts';
import { flattenWalk } from './finish-walk.ts';
import { unwindWalk } from './unwind-walk.ts';
import { type WalkBatch, walkBatch } from './walk-batch.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkStart } from './walk-record.ts';

/** What was decided at one instant, and how to decide it again. */
export type ReplayedInstant = {
  readonly decisions: readonly Decision[];
  readonly decide: (context: WalkContext) => Decision[];
  /** What an advisor behind a network would be asked there. */
  readonly questions: (context: WalkContext) => readonly AdviceCall[];
};

/** What was decided, in the order in which it was. */
export const replayWalk = (start: WalkStart, context: WalkContext): Decision[] => decisionsOf(walkOf(start, context));

function walkOf({ act, state }: WalkStart, context: WalkContext): WalkBatch {
  if (act.kind === 'bars') return walkBatch(state, context, act);
  if (act.kind === 'flatten') return flattenWalk(state, act.from, context, act.ordersAsChildren, act.only);
  return unwindWalk(state, act.from, context, act.mayExit);
}

const decisionsOf = ({ decisions }: WalkBatch): Decision[] => decisions.map(({ decision }) => decision);

/** One after the other, each from the account as it stood there; a walk that closes or unwinds is one instant. */
export function* replayInstants(start: WalkStart, context: WalkContext): Generator<ReplayedInstant> {
  if (start.act.kind !== 'bars') {
    yield instantOf((other) => walkOf(start, other), context);
    return;
  }
  const { from, until, ordersAsChildren, waiting = [] } = start.act;
  let { state } = start;
  let left = waiting;
  for (let at = left.length > 0 ? from - 1 : from; at < until; at += 1) {
    const bounds = { from: left.length > 0 ? from : at, until: at + 1, ordersAsChildren, waiting: left };
    const here = state;
    yield instantOf((other) => walkBatch(here, other, bounds), context);
    const batch = walkBatch(here, context, bounds);
    if (batch.handOver.length > 0 || batch.awaited.length > 0) return;
    ({ state } = batch);
    left = [];
  }
}

function instantOf(walk: (context: WalkContext) => WalkBatch, context: WalkContext): ReplayedInstant {
  return {
    decisions: decisionsOf(walk(context)),
    decide: (other) => decisionsOf(walk(other)),
    questions: (other) => walk({ ...other, advisor: awaitedAdvisor, answers: new Map() }).awaited,
  };
}
