/**
 * A parameter search: rounds of trials by TPE, each round evaluated by all machines of the computing queue. Points, figures
 * and the answer are in Postgres. The same seed gives the same points, however many machines there are.
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
  const inbox = newInbox(carried?.paused);
  const opened: { carry: SearchCarry | null } = { carry: carried ?? null };
  listen(inbox, {
    progress: () => progressOf(opened.carry, inbox, roundsOf(opened.carry)),
    leaderboard: () => [...(opened.carry?.leaderboard ?? [])],
  });
  const carry = opened.carry ?? (await open(raw));
  opened.carry = carry;
  try {
    await search(carry, inbox);
    const stoppedBy = carry.nextTrial >= carry.input.trials ? 'trials' : 'signal';
    const request = { runId: carry.handle.runId, stoppedBy } as const;
    const result = await stepping.closeSearch.executeWithOptions({ summary: 'answer' }, [request]);
    tell(carry, inbox, { state: 'done' });
    await settled(inbox);
    return result;
  } catch (error) {
    throw await abandoned(carry.handle.runId, error);
  }
}

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

async function search(carry: SearchCarry, inbox: Inbox): Promise<void> {
  while (carry.nextTrial < carry.input.trials && !inbox.stopped) {
    tell(carry, inbox);
    await whilePaused(inbox, () => tell(carry, inbox));
    if (inbox.stopped) return;
    if (historyIsLong()) await goOnAsNew(carry, inbox);
    if (await evaluateRound(carry, inbox)) await closeRound(carry);
  }
}

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

const roundsOf = (carry: SearchCarry | null): number => Math.ceil((carry?.input.trials ?? 0) / ROUND);

async function goOnAsNew(carry: SearchCarry, inbox: Inbox): Promise<void> {
  await settled(inbox);
  if (inbox.stopped) return;
  await continueAsNew<typeof parameterSearch>(carry.input, { ...carry, paused: inbox.paused });
}

const tell = (carry: SearchCarry, inbox: Inbox, end: { state?: 'done' } = {}): void =>
  tellRun('Parameter search', carry, { ...progressOf(carry, inbox, roundsOf(carry)), ...end });
