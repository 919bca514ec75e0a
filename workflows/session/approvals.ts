/**
 * Orders of a session that wait for a person. They are kept in the carry until they are answered, expire, or the
 * session ends; the timer is the server's, so silence is a denial even if every worker was down meanwhile. What counts
 * is the row in `approvals`: an order is recorded only while that row approves it, and after the gate was asked again.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { ApprovalActivities } from '../../activities/approvals.ts';
import { approvalAt, askApproval, denial } from '../../domain/llm/approval.ts';
import type { ApprovalAnswer, ApprovalOutcome } from '../../schemas/approval.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { OrderHandOver } from '../../schemas/session-walk.ts';
import { handOverOrders } from './children.ts';
import type { Inbox } from './handlers.ts';
import { answerProblems, type HeldOrder, heldOf, isPending, nextExpiryMs } from './held-orders.ts';
import type { SessionCarry } from './session-state.ts';

const { answerApproval: writeAnswer, withdrawApproval } = proxyActivities<ApprovalActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** Sends an order on its way, or keeps it for a person. */
export async function sendOrHold(carry: SessionCarry, inbox: Inbox, order: OrderHandOver): Promise<void> {
  const { approval: request, ...sent } = order;
  if (request === undefined) {
    await handOverOrders(carry, inbox, order);
    return;
  }
  const { orderHash, askedAtMs, expiresAtMs } = request;
  const approval = askApproval(order.decisionId, orderHash, askedAtMs, expiresAtMs - askedAtMs);
  carry.held = [...heldOf(carry), { order: sent, request, approval }];
}

/** Whether an answer has come, or the time for one is over. */
export const owesAnswer = (carry: SessionCarry, inbox: Inbox): boolean =>
  inbox.answers.length > 0 || (nextExpiryMs(carry) ?? Number.POSITIVE_INFINITY) <= Date.now();

/** Records the answers that have come, denies orders whose time is over, and sends those that were approved. */
export async function settleApprovals(carry: SessionCarry, inbox: Inbox): Promise<void> {
  for (const given of inbox.answers.splice(0)) given.outcome = await take(carry, inbox, given.answer);
  const late = heldOf(carry).filter((one) => isPending(one) && approvalAt(one.approval, Date.now()).state === 'denied');
  for (const { order } of late) {
    const denied = await withdrawApproval({ decisionId: order.decisionId, by: 'expiry' });
    await settle(carry, inbox, order.decisionId, denied);
  }
}

type Standing = Pick<Awaited<ReturnType<typeof writeAnswer>>, 'state' | 'by'>;

async function take(
  carry: SessionCarry,
  inbox: Inbox,
  answer: ApprovalAnswer,
): Promise<ApprovalOutcome | readonly Problem[]> {
  const { decisionId, orderHash } = answer;
  const problems = answerProblems(carry, answer);
  if (problems.length > 0) return problems;
  const summary = `${answer.approve ? 'approve' : 'deny'} ${decisionId}`;
  const answered = await writeAnswer.executeWithOptions({ summary }, [answer]);
  const sent = await settle(carry, inbox, decisionId, answered);
  if (answered.problems.length > 0) return answered.problems;
  return { decisionId, orderHash, approved: answered.state === 'approved', by: answered.by, sent };
}

/**
 * Acts on the state of an approval. A denied order is dropped, with the other leg of its pair; an approved one is sent
 * once its partner is approved too. @returns whether it was sent: false when the gate refused it, null when not tried
 */
async function settle(
  carry: SessionCarry,
  inbox: Inbox,
  decisionId: string,
  { state, by }: Standing,
): Promise<boolean | null> {
  carry.held = heldOf(carry).map((one) =>
    one.order.decisionId === decisionId ? { ...one, approval: { ...one.approval, state, by } } : one,
  );
  const group = groupOf(carry, decisionId);
  if (state === 'denied') {
    carry.held = heldOf(carry).filter((one) => !group.includes(one));
    noteDenial(carry, decisionId, by);
    for (const { order } of group) {
      if (order.decisionId === decisionId) continue;
      await withdrawApproval({ decisionId: order.decisionId, by: 'partner' });
      noteDenial(carry, order.decisionId, 'partner');
    }
    return null;
  }
  if (group.some(isPending)) return null;
  carry.held = heldOf(carry).filter((one) => !group.includes(one));
  let isSent: boolean | null = null;
  for (const { order } of group) {
    const was = await handOverOrders(carry, inbox, order);
    if (order.decisionId === decisionId) isSent = was;
  }
  // Where the gate let one leg of a pair go and not the other, the first is alone now.
  if (group.length > 1) inbox.childEnded = true;
  return isSent;
}

/** Marks the decision in the status as refused, with the reason. */
function noteDenial(carry: SessionCarry, decisionId: string, by: string): void {
  const verdict = { approved: false, reasons: [denial({ by })] };
  carry.decisions = carry.decisions.map((one) => (one.decisionId === decisionId ? { ...one, verdict } : one));
}

/** An order and the other leg of its pair. */
function groupOf(carry: SessionCarry, decisionId: string): HeldOrder[] {
  const held = heldOf(carry);
  const own = held.find(({ order }) => order.decisionId === decisionId);
  const groupId = own?.order.intents[0]?.groupId;
  return held.filter((one) => one === own || (groupId !== undefined && one.order.intents[0]?.groupId === groupId));
}

/** Answers callers that still wait: the session has ended, and its held orders with it. */
export function endApprovals(carry: SessionCarry, inbox: Inbox): void {
  carry.held = [];
  const closed = problem('SESSION_CLOSED', '', carry.stop?.reason ?? '', 'a session that is not stopping');
  for (const given of inbox.answers.splice(0)) given.outcome = [closed];
}
