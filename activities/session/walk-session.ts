/**
 * The walks of a session that is ready, each run inside the transaction that commits it: over bars, out of every
 * position, out of a leg without its partner. Given the same loaded session they decide the same.
 */
import { heartbeat } from '@temporalio/activity';
import type { LoadedSession } from '../../db/load-session.ts';
import type { WalkOutcome } from '../../db/save-outcome.ts';
import { flattenWalk } from '../../domain/backtest/finish-walk.ts';
import { regimeTransitions } from '../../domain/backtest/regime-transitions.ts';
import { unwindWalk } from '../../domain/backtest/unwind-walk.ts';
import { type WalkBatch, walkBatch } from '../../domain/backtest/walk-batch.ts';
import type { WalkContext } from '../../domain/backtest/walk-context.ts';
import { type WalkAct, type WalkRecord, walkRecordOf } from '../../domain/backtest/walk-record.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import type { WalkRequest, WalkResult } from '../../schemas/session-walk.ts';
import { dueAtMs, dueCount } from './due-bars.ts';
import { type ReadyParts, type ReadySession, underLock } from './ready-session.ts';
import { type Telling, walkResultOf } from './walk-result.ts';
import { walkedDays } from './walked-days.ts';

export type WalkParts = Pick<ReadyParts, 'killFile' | 'nowMs'> & { readonly codeVersion: string };

const HEARTBEAT_EVERY_BARS = 50;

const clockOf = ({ handle, input }: ReadySession) => ({
  openedAtMs: handle.openedAtMs,
  speed: input.market.speed,
  intervalMs: input.barIntervalMs,
});

/** How many instants to walk: those at hand, with `dueOnly` those that real time has closed, at most `stepsMax`. */
export function stepsOf(
  { nowMs }: Pick<WalkParts, 'nowMs'>,
  ready: ReadySession,
  { cursor, stepsMax, dueOnly }: WalkRequest,
): number {
  const { timeline } = ready.prepared;
  return dueOnly && !followsMarket(ready.input)
    ? dueCount(timeline, cursor, stepsMax, clockOf(ready), nowMs())
    : Math.min(stepsMax, timeline.openTimeMs.length - cursor);
}

/** Walks `steps` instants from `from`. */
export function walkOver(
  parts: WalkParts,
  ready: ReadySession,
  loaded: LoadedSession,
  { from, steps }: { readonly from: number; readonly steps: number },
): WalkOutcome {
  const { handle, input, prepared } = ready;
  const context = underLock(parts, ready, loaded);
  const { waiting } = loaded.checkpoint;
  const bounds = { from, until: from + steps, ordersAsChildren: handle.ordersAsChildren, waiting };
  const batch = walkBatch(loaded.state, context, {
    ...bounds,
    onInstant: (k) => k % HEARTBEAT_EVERY_BARS === 0 && heartbeat(k),
  });
  const nextDueAtMs = followsMarket(input) ? null : dueAtMs(prepared.timeline, batch.cursor, clockOf(ready));
  return {
    batch,
    result: resultOf(parts, ready, loaded, { context, batch, nextDueAtMs }),
    record: recordOf(parts, ready, loaded, context, { kind: 'bars', ...bounds }),
    days: walkedDays(input, prepared, from, batch.cursor),
    regimes: regimeTransitions(context, from, batch.cursor),
  };
}

/** Decides to close every position, or with `only` the one without its partner. */
export function flattenAll(
  parts: WalkParts,
  ready: ReadySession,
  loaded: LoadedSession,
  only?: 'unpaired',
): WalkOutcome {
  const { ordersAsChildren } = ready.handle;
  const { cursor: from } = loaded.checkpoint;
  const context = underLock(parts, ready, loaded);
  const batch = flattenWalk(loaded.state, from, context, ordersAsChildren, only);
  const act = { kind: 'flatten' as const, from, ordersAsChildren, only: only ?? ('all' as const) };
  return {
    batch,
    result: resultOf(parts, ready, loaded, { context, batch }),
    record: recordOf(parts, ready, loaded, context, act),
  };
}

/** Looks between two bars for a leg without its partner. `mayExit`: false when this bar has had such an exit already. */
export function unwindLoneLeg(
  parts: WalkParts,
  ready: ReadySession,
  loaded: LoadedSession,
  { from, mayExit }: { readonly from: number; readonly mayExit: boolean },
): WalkOutcome {
  const context = underLock(parts, ready, loaded);
  const batch = unwindWalk(loaded.state, from, context, mayExit);
  return {
    batch,
    result: resultOf(parts, ready, loaded, { context, batch }),
    record: recordOf(parts, ready, loaded, context, { kind: 'unwind', from, mayExit }),
  };
}

type Walked = {
  readonly context: WalkContext;
  readonly batch: WalkBatch;
  /** Wall time at which the next bar will have closed; null: there is no timer to set. */
  readonly nextDueAtMs?: number | null;
};

/** What the workflow is told of a walk. */
export function resultOf(
  { nowMs }: Pick<WalkParts, 'nowMs'>,
  ready: ReadySession,
  loaded: LoadedSession,
  { context, batch, nextDueAtMs = null }: Walked,
): WalkResult {
  return walkResultOf(batch, context, { ...tellingOf(ready, loaded, nowMs()), nextDueAtMs });
}

/** A live market has no last bar. */
function tellingOf(
  { handle, prepared }: ReadySession,
  loaded: LoadedSession,
  nowMs: number,
): Omit<Telling, 'nextDueAtMs'> {
  const { openTimeMs } = prepared.timeline;
  const isLive = handle.pastInstants !== undefined;
  return {
    barsTotal: isLive ? Number.POSITIVE_INFINITY : openTimeMs.length,
    ordersAsChildren: handle.ordersAsChildren,
    sequences: loaded.sequences,
    nowMs,
    operatingMode: handle.operatingMode,
    windowFromMs: (isLive ? null : openTimeMs[0]) ?? handle.openedAtMs,
    modelCostMicroUsd: loaded.modelCostMicroUsd,
  };
}

/** What a walk stood on, for the record. */
function recordOf(
  { codeVersion }: Pick<WalkParts, 'codeVersion'>,
  { input, prepared, handle }: ReadySession,
  { state, session }: LoadedSession,
  context: WalkContext,
  act: WalkAct,
): WalkRecord {
  const { market, barIntervalMs, seed } = input;
  const kind = followsMarket(input) ? ('seen' as const) : ('stored' as const);
  const data = {
    endsAtMs: handle.dataEndsAtMs,
    hash: session.dataHash,
    evolved: handle.evolved,
    agents: handle.agents,
    leverageAgents: handle.leverageAgents,
  };
  const bars = { kind, market, barIntervalMs, seed, ...data };
  const { firstInstant = 0 } = prepared;
  return walkRecordOf(context, { act, state, firstInstant, bars, codeVersion });
}
