/**
 * A model is asked what could go wrong with an entry that a model has proposed, when its order is on its way: nobody
 * waits for the answer, which is recorded beside the decision and changes nothing. Without one the record says why, and
 * what the rules have said stands.
 */
import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { NoModelDecision } from '../../schemas/llm/outcome.ts';
import { type AssessmentNote, assessmentKey, type ProposalToAssess } from '../../schemas/llm/proposal-assessment.ts';
import { ask, NO_WORKER, noDecision } from '../lib/gateway.ts';
import { closing } from './activities.ts';
import { areModelsAway, START_WITHIN_MS, timeFor } from './advice.ts';
import { isVirtualTime } from './follow.ts';
import type { Inbox } from './handlers.ts';
import { questionOf } from './question.ts';
import type { SessionCarry } from './session-state.ts';

/** Instants whose proposals are asked about at the same time; those of a further instant are not asked about. */
const INSTANTS_AT_ONCE_MAX = 4;

const ASSESSMENT = { task: 'riskAssessment', contract: 'riskAssessment', promptId: 'risk-assessment' } as const;

const STOPPED = noDecision('SESSION_STOPPED', 'the session was stopped before there was an answer');
const AWAY = noDecision(NO_WORKER, 'no worker of queue llm has answered lately');
const BUSY = noDecision('ASSESSMENTS_BUSY', `those of ${INSTANTS_AT_ONCE_MAX} instants are still being asked about`);

/** Starts the questions. In virtual time, where no order can be late, the walk goes on when all are answered. */
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

/** Why no model is asked; null: one is. */
function silenceOf(carry: SessionCarry, { assessing, stopAsked }: Inbox): NoModelDecision | null {
  if (stopAsked) return STOPPED;
  if (areModelsAway(carry)) return AWAY;
  return assessing.size >= INSTANTS_AT_ONCE_MAX ? BUSY : null;
}

/** Waits for open questions before a run ends. After a stop by a person they are cancelled instead. */
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

/** Why there is no answer; null: there is one, which the gateway keeps. */
async function unanswered(carry: SessionCarry, proposal: ProposalToAssess): Promise<NoModelDecision | null> {
  try {
    const times = { timeMaxMs: timeFor(carry), startWithinMs: START_WITHIN_MS };
    const callKey = assessmentKey(proposal.decisionId);
    const question = questionOf(carry, proposal, { ...ASSESSMENT, callKey });
    const outcome = await ask(question, `risk of ${proposal.symbol}`, times);
    if (outcome.kind === 'tools') return noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered');
    return outcome.kind === 'noDecision' ? outcome : null;
  } catch (error) {
    if (isCancellation(error)) return STOPPED;
    throw error;
  }
}
