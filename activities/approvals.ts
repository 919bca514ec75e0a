/** A person's word on orders that wait. Each may be repeated: an approval is answered once, and its answer stands. */
import type { AnsweredApproval, ApprovalStore, Withdrawal } from '../db/approvals.ts';
import type { ApprovalAnswer } from '../schemas/approval.ts';

export type ApprovalParts = {
  readonly approvals: ApprovalStore;
  readonly nowMs: () => number;
};

export type ApprovalActivities = ReturnType<typeof createApprovalActivities>;

export const createApprovalActivities = ({ approvals, nowMs }: ApprovalParts) => ({
  /** Takes an answer. One that is late, or for another order, comes back with its problems and changes nothing. */
  answerApproval: (answer: ApprovalAnswer): Promise<AnsweredApproval> => approvals.answer(answer, nowMs()),

  /** Denies what nobody has answered for, or what its partner takes with it. */
  withdrawApproval: (one: Withdrawal): Promise<AnsweredApproval> => approvals.withdraw(one, nowMs()),
});
