/**
 * A model is asked what could go wrong with an entry that a model has proposed, when its order is on its way: nobody
 * waits for the answer, which is recorded beside the decision and changes nothing. Without one the record says why, and
 * what the rules have said stands.
 */
import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { AskModelInput } from '../../schemas/llm/ask-model.ts';
import type { NoModelDecision } from '../../schemas/llm/outcome.ts';
import { type AssessmentNote, assessmentKey, type ProposalToAssess } from '../../schemas/llm/proposal-assessment.ts';
import { ask, NO_WORKER, noDecision } from '../lib/gateway.ts';
import { closing } from './activities.ts';
import { areModelsAway, START_WITHIN_MS, timeFor } from './advice.ts';
import { whom } from './ask-advice.ts';
import { isVirtualTime } from './follow.ts';
import type { Inbox } from './handlers.ts';
import type { SessionCarry } from './session-state.ts';

/** Instants whose proposals are asked about at the same time; about those of further ones nobody is asked. */
const INSTANTS_AT_ONCE_MAX = 4;

const STOPPED = noDecision('SESSION_STOPPED', 'the session was stopped before there was an answer');
const AWAY = noDecision(NO_WORKER, 'no worker of queue llm has answered lately');
const BUSY = noDecision('ASSESSMENTS_BUSY', `those of ${INSTANTS_AT_ONCE_MAX} instants are still being asked about`);

/** Begins to ask. In virtual time, where no order is late, the walk goes on when all have answered. */
export async function assess(
  carry: SessionCarry,
  inbox: Inbox,
  proposals: readonly ProposalToAssess[] = [],
): Promise<void> {
  if (proposals.length === 0) return;
  const silence = silenceOf(carry, inbox);
  const scope = new CancellationScope();
  inbox.assessing.add(scope);
  scope
    .run(() => assessAll(carry, proposals, silence))
    .catch((error: unknown) => log.error('an assessment was not recorded', { error: String(error) }))
    .finally(() => inbox.assessing.delete(scope));
  if (isVirtualTime(carry)) await condition(() => !inbox.assessing.has(scope) || inbox.stopAsked);
}

/** Why nobody is asked; null: somebody is. */
function silenceOf(carry: SessionCarry, { assessing, stopAsked }: Inbox): NoModelDecision | null {
  if (stopAsked) return STOPPED;
  if (areModelsAway(carry)) return AWAY;
  return assessing.size >= INSTANTS_AT_ONCE_MAX ? BUSY : null;
}

/** Before a run ends. A person who stops a session waits for no model, and what is cancelled has given up by itself. */
export async function assessmentsSettled(inbox: Inbox): Promise<void> {
  const { assessing } = inbox;
  if (assessing.size === 0) return;
  await condition(() => assessing.size === 0 || inbox.stopAsked);
  for (const scope of assessing) scope.cancel();
  await condition(() => assessing.size === 0);
}

async function assessAll(
  carry: SessionCarry,
  proposals: readonly ProposalToAssess[],
  silence: NoModelDecision | null,
): Promise<void> {
  const notes = await Promise.all(
    proposals.map(async (one): Promise<AssessmentNote> => {
      return { decisionId: one.decisionId, noDecision: silence ?? (await unanswered(carry, one)) };
    }),
  );
  const { handle } = carry;
  const summary = `assessed: ${proposals.map(({ symbol }) => symbol).join(', ')}`;
  await CancellationScope.nonCancellable(() =>
    closing.noteAssessments.executeWithOptions({ summary }, [{ handle, notes }]),
  );
}

/** Null: there is an answer, which the gateway keeps. */
async function unanswered(carry: SessionCarry, proposal: ProposalToAssess): Promise<NoModelDecision | null> {
  try {
    const times = { timeMaxMs: timeFor(carry), startWithinMs: START_WITHIN_MS };
    const outcome = await ask(questionOf(carry, proposal), `risk of ${proposal.symbol}`, times);
    if (outcome.kind === 'tools') return noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered');
    return outcome.kind === 'noDecision' ? outcome : null;
  } catch (error) {
    if (isCancellation(error)) return STOPPED;
    throw error;
  }
}

function questionOf({ handle, input }: SessionCarry, proposal: ProposalToAssess): AskModelInput {
  const { symbol, asOfMs, decisionId, factsRef, windowFromMs } = proposal;
  const { provider, model, tier } = whom(input);
  return {
    callKey: assessmentKey(decisionId),
    task: 'riskAssessment',
    contract: 'riskAssessment',
    promptId: 'risk-assessment',
    factsRef,
    symbols: [symbol],
    sessionId: handle.sessionId,
    decisionId,
    asOfMs,
    windowFromMs,
    provider,
    model,
    tierAtLeast: tier,
  };
}
