/**
 * A parameter search: rounds of trials by TPE, each round evaluated by all machines of the computing queue. Points,
 * figures and the answer are in Postgres. The same seed gives the same points, however many machines there are.
 */
import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import {
  type ParameterSearchInput,
  type ParameterSearchResult,
  parameterSearchInputSchema,
} from '../schemas/parameter-search.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { PARAMETER_SEARCH } from './messages/parameter-search.ts';
import { computing, stepping } from './research/activities.ts';
import { rangesOf, runBatches } from './research/batches.ts';
import type { Inbox } from './research/inbox.ts';
import { publishMarket } from './research/panel.ts';
import { researchRun } from './research/research-run.ts';
import { absorbStep, openedRun, type RunCarry } from './research/run-carry.ts';

/** What one run hands to the next. */
export type SearchCarry = RunCarry & {
  readonly input: ParameterSearchInput;
  /** The first trial of the round that is next. */
  nextTrial: number;
};

/** Points of a round do not know each other's figures; small rounds learn sooner, large ones use more machines. */
const ROUND = 8;
const BATCH = 2;

/** @param raw `parameterSearchInputSchema` @param carried the run's own state after continue-as-new */
export async function parameterSearch(raw?: unknown, carried?: SearchCarry): Promise<ParameterSearchResult> {
  return researchRun(
    {
      title: 'Parameter search',
      open: () => open(raw),
      stepsOf: ({ input }) => Math.ceil(input.trials / ROUND),
      isDone,
      step: async (carry, inbox) => {
        if (await evaluateRound(carry, inbox)) await closeRound(carry);
      },
      close,
      continueAsNew: (carry) => continueAsNew<typeof parameterSearch>(carry.input, carry),
    },
    carried,
  );
}

const isDone = ({ nextTrial, input }: SearchCarry): boolean => nextTrial >= input.trials;

async function open(raw: unknown): Promise<SearchCarry> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  const asked = { prefix: PARAMETER_SEARCH, workflowId, nowMs: Date.now() };
  const input = orFail(() => parseRunInput(parameterSearchInputSchema, raw, asked));
  const handle = await orFailWithProblems(() =>
    stepping.openSearch.executeWithOptions({ summary: `bars of ${input.symbol}` }, [{ input, workflowId, openKey }]),
  );
  publishMarket([input.symbol], { strategyType: input.strategyType, regime: input.regime });
  return { ...openedRun(handle), input, nextTrial: 0 };
}

/** False when it was interrupted: then the whole round is dispatched again, and finished trials are found. */
async function evaluateRound({ handle, nextTrial, input }: SearchCarry, inbox: Inbox): Promise<boolean> {
  const activities = computing();
  const toTrial = Math.min(input.trials, nextTrial + ROUND);
  const left = await runBatches(inbox, rangesOf(nextTrial, toTrial, BATCH), (range) => {
    const summary = `trials ${range.fromTrial} to ${range.toTrial - 1}`;
    const batch = { runId: handle.runId, roundFrom: nextTrial, ...range };
    return activities.evaluateTrials.executeWithOptions({ summary }, [batch]);
  });
  return left.length === 0;
}

async function closeRound(carry: SearchCarry): Promise<void> {
  const news = await stepping.searchLeaders({ runId: carry.handle.runId });
  carry.nextTrial = Math.min(carry.input.trials, carry.nextTrial + ROUND);
  const best = news.leaderboard[0]?.fitness ?? null;
  absorbStep(carry, { step: Math.ceil(carry.nextTrial / ROUND) - 1, best, median: null, trials: news.trials }, news);
}

async function close(carry: SearchCarry): Promise<ParameterSearchResult> {
  const stoppedBy = isDone(carry) ? 'trials' : 'signal';
  return stepping.closeSearch.executeWithOptions({ summary: 'answer' }, [{ runId: carry.handle.runId, stoppedBy }]);
}
