/**
 * An evolution: generation after generation is evaluated by all machines of the computing queue, then bred from in one
 * step. Genomes, fitness and lineage are in Postgres; what travels here are numbers. The same seed gives the same
 * champion, however many machines there are and whatever happens to them.
 */
import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { NextGeneration, TurnedGeneration } from '../activities/research/evolution-steps.ts';
import { type EvolutionResult, type EvolutionRunInput, evolutionRunInputSchema } from '../schemas/evolution-run.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { EVOLUTION_RUN } from './messages/evolution-run.ts';
import { computing, judging, stepping } from './research/activities.ts';
import { batchesOf, runBatches } from './research/batches.ts';
import { type Inbox, listen, newInbox, whilePaused } from './research/inbox.ts';
import { publishMarket } from './research/panel.ts';
import {
  absorbStep,
  historyIsLong,
  openedRun,
  progressOf,
  type RunCarry,
  settled,
  tellRun,
} from './research/run-carry.ts';
import { abandoned } from './research/run-end.ts';

/** What one run hands to the next. */
export type EvolutionCarry = RunCarry & {
  readonly input: EvolutionRunInput;
  /** Null when the last generation has been closed. */
  next: NextGeneration | null;
};

/** @param raw `evolutionRunInputSchema` @param carried the run's own state after continue-as-new */
export async function evolutionRun(raw?: unknown, carried?: EvolutionCarry): Promise<EvolutionResult> {
  const inbox = newInbox(carried?.paused);
  const opened: { carry: EvolutionCarry | null } = { carry: carried ?? null };
  listen(inbox, {
    progress: () => progressOf(opened.carry, inbox, opened.carry?.input.generations ?? 0),
    leaderboard: () => [...(opened.carry?.leaderboard ?? [])],
  });
  const carry = opened.carry ?? (await open(raw));
  opened.carry = carry;
  try {
    await evolve(carry, inbox);
    const stoppedBy = carry.next === null ? 'generations' : 'signal';
    const request = { runId: carry.handle.runId, stoppedBy } as const;
    const result = await judging().closeEvolution.executeWithOptions({ summary: 'judge the champion' }, [request]);
    tell(carry, inbox, { state: 'done' });
    await settled(inbox);
    return result;
  } catch (error) {
    throw await abandoned(carry.handle.runId, error);
  }
}

async function open(raw: unknown): Promise<EvolutionCarry> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  const asked = { prefix: EVOLUTION_RUN, workflowId, nowMs: Date.now() };
  const input = orFail(() => parseRunInput(evolutionRunInputSchema, raw, asked));
  const summary = `bars of ${input.symbol}, first generation`;
  const { handle, next } = await orFailWithProblems(() =>
    stepping.openEvolution.executeWithOptions({ summary }, [{ input, workflowId, openKey }]),
  );
  publishMarket([input.symbol], {});
  return { ...openedRun(handle), input, next };
}

async function evolve(carry: EvolutionCarry, inbox: Inbox): Promise<void> {
  while (carry.next !== null && !inbox.stopped) {
    tell(carry, inbox);
    await whilePaused(inbox, () => tell(carry, inbox));
    if (inbox.stopped) return;
    if (historyIsLong()) await goOnAsNew(carry, inbox);
    if (await evaluateAll(carry.next, carry, inbox)) absorb(carry, await turn(carry.next, carry));
  }
}

/** False when it was broken off: the next look dispatches the whole generation again, and finished trials are found. */
async function evaluateAll(next: NextGeneration, { handle }: EvolutionCarry, inbox: Inbox): Promise<boolean> {
  const activities = computing();
  const left = await runBatches(inbox, batchesOf(next), ({ fromTrial, toTrial }) => {
    const summary = `generation ${next.generation}, trials ${fromTrial} to ${toTrial - 1}`;
    return activities.evaluateGenomes.executeWithOptions({ summary }, [{ runId: handle.runId, fromTrial, toTrial }]);
  });
  return left.length === 0;
}

const turn = ({ generation }: NextGeneration, { handle }: EvolutionCarry): Promise<TurnedGeneration> =>
  stepping.turnGeneration.executeWithOptions({ summary: `close generation ${generation}` }, [
    { runId: handle.runId, generation },
  ]);

function absorb(carry: EvolutionCarry, { summary, leaderboard, next }: TurnedGeneration): void {
  const { generation, bestFitness, medianFitness, trials, failedTrials } = summary;
  const step = { step: generation, best: bestFitness, median: medianFitness, trials };
  absorbStep(carry, step, { leaderboard, trials, failedTrials });
  carry.next = next;
}

async function goOnAsNew(carry: EvolutionCarry, inbox: Inbox): Promise<void> {
  await settled(inbox);
  if (inbox.stopped) return;
  await continueAsNew<typeof evolutionRun>(carry.input, { ...carry, paused: inbox.paused });
}

const tell = (carry: EvolutionCarry, inbox: Inbox, end: { state?: 'done' } = {}): void =>
  tellRun('Evolution', carry, { ...progressOf(carry, inbox, carry.input.generations), ...end });
