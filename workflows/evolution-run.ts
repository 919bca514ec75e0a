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
import type { Inbox } from './research/inbox.ts';
import { publishMarket } from './research/panel.ts';
import { researchRun } from './research/research-run.ts';
import { absorbStep, openedRun, type RunCarry } from './research/run-carry.ts';

/** What one run hands to the next. */
export type EvolutionCarry = RunCarry & {
  readonly input: EvolutionRunInput;
  /** Null when the last generation has been closed. */
  next: NextGeneration | null;
};

/** @param raw `evolutionRunInputSchema` @param carried the run's own state after continue-as-new */
export async function evolutionRun(raw?: unknown, carried?: EvolutionCarry): Promise<EvolutionResult> {
  return researchRun(
    {
      title: 'Evolution',
      open: () => open(raw),
      stepsOf: ({ input }) => input.generations,
      isDone: ({ next }) => next === null,
      step,
      close,
      continueAsNew: (carry) => continueAsNew<typeof evolutionRun>(carry.input, carry),
    },
    carried,
  );
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

async function step(carry: EvolutionCarry, inbox: Inbox): Promise<void> {
  const { next } = carry;
  if (next !== null && (await evaluateAll(next, carry, inbox))) absorb(carry, await turn(next, carry));
}

/** False when it was interrupted: then the whole generation is dispatched again, and finished trials are found. */
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

async function close({ next, handle: { runId } }: EvolutionCarry): Promise<EvolutionResult> {
  const stoppedBy = next === null ? 'generations' : 'signal';
  return judging().closeEvolution.executeWithOptions({ summary: 'judge the champion' }, [{ runId, stoppedBy }]);
}
