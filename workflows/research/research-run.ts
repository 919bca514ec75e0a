/**
 * The story that all research runs share: open, go step by step until done or stopped, wait while paused, continue as
 * new before the history is too long, and end with the result.
 */
import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import type { ResearchProgress } from '../../schemas/research.ts';
import { signalsQuiet } from '../lib/signals-quiet.ts';
import { type Inbox, listen, newInbox, whilePaused } from './inbox.ts';
import { publish, type StepColumns } from './panel.ts';
import { progressOf, type RunCarry } from './run-carry.ts';
import { abandoned } from './run-end.ts';

/** What one kind of run has of its own. Only `step` changes the carry. */
export type ResearchKind<Carry extends RunCarry, Result> = {
  /** As the panel names it. */
  readonly title: string;
  readonly columns?: StepColumns;
  readonly open: () => Promise<Carry>;
  readonly stepsOf: (carry: Carry) => number;
  readonly isDone: (carry: Carry) => boolean;
  /** A step that a pause or a stop interrupts changes nothing, and is called again after the pause. */
  readonly step: (carry: Carry, inbox: Inbox) => Promise<void>;
  /** The result of the run, also of one that was stopped. */
  readonly close: (carry: Carry) => Promise<Result>;
  readonly continueAsNew: (carry: Carry) => Promise<never>;
};

/** @param carried the run's own state after continue-as-new */
export async function researchRun<Carry extends RunCarry, Result>(
  kind: ResearchKind<Carry, Result>,
  carried: Carry | undefined,
): Promise<Result> {
  const inbox = newInbox(carried?.paused);
  let opened: Carry | null = carried ?? null;
  const progress = (): ResearchProgress => progressOf(opened, inbox, opened === null ? 0 : kind.stepsOf(opened));
  listen(inbox, { progress, leaderboard: () => [...(opened?.leaderboard ?? [])] });
  const carry = opened ?? (await kind.open());
  opened = carry;
  const tell = (end: { state?: 'done' } = {}): void =>
    publish(kind.title, { ...progress(), ...end }, carry.steps, carry.leaderboard, kind.columns);
  try {
    await stepOn(kind, carry, inbox, tell);
    const result = await kind.close(carry);
    tell({ state: 'done' });
    await settled(inbox);
    return result;
  } catch (error) {
    throw await abandoned(carry.handle.runId, error);
  }
}

async function stepOn<Carry extends RunCarry, Result>(
  kind: ResearchKind<Carry, Result>,
  carry: Carry,
  inbox: Inbox,
  tell: () => void,
): Promise<void> {
  while (!kind.isDone(carry) && !inbox.stopped) {
    tell();
    await whilePaused(inbox, tell);
    if (inbox.stopped) return;
    if (historyIsLong()) {
      await settled(inbox);
      if (!inbox.stopped) await kind.continueAsNew({ ...carry, paused: inbox.paused });
    }
    await kind.step(carry, inbox);
  }
}

/** A step writes some 50 events; a history ends well below what the server warns of. */
const EVENTS_MAX = 3_000;

function historyIsLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= EVENTS_MAX;
}

/** Before the end of a history: no signal may be on its way, no handler at work. */
async function settled(inbox: Inbox): Promise<void> {
  await signalsQuiet(inbox);
  await condition(allHandlersFinished);
}
