/**
 * The training of agents: part after part, the seeds side by side on all machines of the computing queue. Networks,
 * their replay memory and their results are in Postgres. The same seed gives the same weights, however many
 * machines there are and whatever happens to them.
 */
import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import {
  type AgentTrainingInput,
  type AgentTrainingResult,
  agentTrainingInputSchema,
  seedsOf,
} from '../schemas/agent-training.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { AGENT_TRAINING } from './messages/agent-training.ts';
import { computing, judging, stepping } from './research/activities.ts';
import { runBatches } from './research/batches.ts';
import type { Inbox } from './research/inbox.ts';
import { publishMarket } from './research/panel.ts';
import { researchRun } from './research/research-run.ts';
import { absorbStep, openedRun, type RunCarry } from './research/run-carry.ts';

/** What one run hands to the next. */
export type TrainingCarry = RunCarry & {
  readonly input: AgentTrainingInput;
  /** Steps that every seed has behind it. */
  stepsDone: number;
};

/** Steps between two checkpoints: about a second, which is what a kill or a pause costs. */
const PART = 10_000;

const COLUMNS = { step: 'part', best: 'greedy', median: 'last 100', trials: 'steps' };

/** @param raw `agentTrainingInputSchema` @param carried the run's own state after continue-as-new */
export async function agentTraining(raw?: unknown, carried?: TrainingCarry): Promise<AgentTrainingResult> {
  return researchRun(
    {
      title: 'Training',
      columns: COLUMNS,
      open: () => open(raw),
      stepsOf: ({ input }) => Math.ceil(input.steps / PART),
      isDone,
      step: async (carry, inbox) => {
        if (await trainSeeds(carry, inbox)) await closePart(carry);
      },
      close,
      continueAsNew: (carry) => continueAsNew<typeof agentTraining>(carry.input, carry),
    },
    carried,
  );
}

const isDone = ({ stepsDone, input }: TrainingCarry): boolean => stepsDone >= input.steps;

async function open(raw: unknown): Promise<TrainingCarry> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  const asked = { prefix: AGENT_TRAINING, workflowId, nowMs: Date.now() };
  const input = orFail(() => parseRunInput(agentTrainingInputSchema, raw, asked));
  const market = input.environment === 'market' ? input.symbol : input.environment;
  const summary = `${market}, ${seedsOf(input).length} seeds`;
  const handle = await orFailWithProblems(() =>
    stepping.openTraining.executeWithOptions({ summary }, [{ input, workflowId, openKey }]),
  );
  publishMarket([market], {});
  return { ...openedRun(handle), input, stepsDone: 0 };
}

/** False when it was interrupted: then all seeds are dispatched again, and finished parts are found. */
async function trainSeeds({ handle, input, stepsDone }: TrainingCarry, inbox: Inbox): Promise<boolean> {
  const activities = computing();
  const toSteps = Math.min(input.steps, stepsDone + PART);
  const left = await runBatches(inbox, seedsOf(input), (seed) => {
    const summary = `seed ${seed} to step ${toSteps}`;
    return activities.trainAgent.executeWithOptions({ summary }, [{ runId: handle.runId, seed, toSteps }]);
  });
  return left.length === 0;
}

async function closePart(carry: TrainingCarry): Promise<void> {
  const { leaderboard, point, steps } = await stepping.trainingNews({ runId: carry.handle.runId });
  carry.stepsDone = Math.min(carry.input.steps, carry.stepsDone + PART);
  const step = Math.ceil(carry.stepsDone / PART) - 1;
  const { greedyReturn: best = null, returnMean: median = null } = point ?? {};
  absorbStep(carry, { step, best, median, trials: steps }, { leaderboard, trials: steps, failedTrials: 0 });
}

async function close(carry: TrainingCarry): Promise<AgentTrainingResult> {
  const { runId } = carry.handle;
  if (isDone(carry) && carry.input.environment === 'market') await judge(carry);
  const stoppedBy = isDone(carry) ? 'steps' : 'signal';
  return stepping.closeTraining.executeWithOptions({ summary: 'answer' }, [{ runId, stoppedBy }]);
}

/** A seat is earned on bars that no training has seen; the verdict is in Postgres. */
async function judge({ handle: { runId } }: TrainingCarry): Promise<void> {
  await orFailWithProblems(() => judging().judgeAgents.executeWithOptions({ summary: 'out of sample' }, [{ runId }]));
}
