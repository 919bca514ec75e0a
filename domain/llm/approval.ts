/**
 * A person's word on one exact order. It is bound to the hash of the order's intents
 * (`orderHashOf`): another order needs another approval. It can be given once, and silence is a
 * denial from the expiry on. Pure: the clock is an argument.
 */
import type { ApprovalAnswer } from '../../schemas/approval.ts';
import type { GateReason } from '../../schemas/decision.ts';
import { type Problem, problem } from '../../schemas/problem.ts';

export type Approval = {
  readonly decisionId: string;
  readonly orderHash: string;
  readonly state: 'pending' | 'approved' | 'denied';
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  /** Who answered; `expiry` where nobody did, `session` or `partner` where nobody had to any more. */
  readonly by: string | null;
};

/** @param expiresAfterMs above 0 */
export function askApproval(decisionId: string, orderHash: string, nowMs: number, expiresAfterMs: number): Approval {
  if (!(expiresAfterMs > 0)) throw new RangeError(`expiresAfterMs ${expiresAfterMs} is not above 0`);
  return { decisionId, orderHash, state: 'pending', askedAtMs: nowMs, expiresAtMs: nowMs + expiresAfterMs, by: null };
}

/** How it stands at an instant: what nobody answered in time is denied. */
export const approvalAt = (approval: Approval, nowMs: number): Approval =>
  approval.state === 'pending' && !(nowMs < approval.expiresAtMs)
    ? { ...approval, state: 'denied', by: 'expiry' }
    : approval;

type Answered = { readonly approval: Approval; readonly problem: Problem | null };

/**
 * The approval after an answer. An answer for another order, one that comes late and one that
 * contradicts a former one are refused and change nothing: APPROVAL_MISMATCH, APPROVAL_EXPIRED,
 * APPROVAL_ANSWERED. The same answer again is accepted.
 */
export function answerApproval(approval: Approval, answer: ApprovalAnswer, nowMs: number): Answered {
  const now = approvalAt(approval, nowMs);
  const refuse = (code: string, path: string, got: unknown, expected: string): Answered => ({
    approval: now,
    problem: problem(code, path, got, expected),
  });
  if (answer.decisionId !== now.decisionId) {
    return refuse('APPROVAL_MISMATCH', 'decisionId', answer.decisionId, now.decisionId);
  }
  if (answer.orderHash !== now.orderHash) {
    return refuse('APPROVAL_MISMATCH', 'orderHash', answer.orderHash, `${now.orderHash}, the order that is waiting`);
  }
  if (now.by === 'expiry') return refuse('APPROVAL_EXPIRED', '', nowMs, `an answer before ${now.expiresAtMs}`);
  const state = answer.approve ? 'approved' : 'denied';
  if (now.state === 'pending') return { approval: { ...now, state, by: answer.by }, problem: null };
  if (now.state === state) return { approval: now, problem: null };
  return refuse('APPROVAL_ANSWERED', 'approve', answer.approve, `it is ${now.state} already, by ${now.by}`);
}

/** How an approval that is missing is named among the reasons of an order. */
export const APPROVAL_RULE = 'approval';

const DENIALS: Readonly<Record<string, string>> = {
  expiry: 'nobody answered for this order in time',
  session: 'its session ended before anybody answered for this order',
  partner: 'the other leg of its pair was denied',
};

/** Why an order whose approval was denied is refused. */
export const denial = ({ by }: Pick<Approval, 'by'>): GateReason => ({
  rule: APPROVAL_RULE,
  message: DENIALS[by ?? ''] ?? `denied by ${by}`,
});
