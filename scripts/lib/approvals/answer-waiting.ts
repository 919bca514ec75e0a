/**
 * Gives a person's answer to the session whose order waits. What is refused is refused here already where the row tells
 * it, and by the session and its database again.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { readApproval } from '../../../db/approvals.ts';
import type { Database } from '../../../db/tables.ts';
import { answerApproval } from '../../../domain/llm/approval.ts';
import type { ApprovalAnswer, ApprovalOutcome } from '../../../schemas/approval.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { approveOrderUpdate } from '../../../workflows/messages/strategy-session.ts';
import { failureProblems } from '../failure-problems.ts';

/** A safety rule said no. */
const REFUSED = 4;
const NO = 1;

export type AnswerParts = { readonly db: Database; readonly client: Client };

/**
 * @throws InvalidInput: exit code 1 APPROVAL_UNKNOWN; 4 APPROVAL_MISMATCH, APPROVAL_EXPIRED, APPROVAL_ANSWERED,
 * SESSION_CLOSED
 */
export async function answerWaiting({ db, client }: AnswerParts, answer: ApprovalAnswer): Promise<ApprovalOutcome> {
  const found = await readApproval(db, answer.decisionId);
  if (found === undefined) throw new InvalidInput([unknown(answer)], NO);
  const { problem: refused } = answerApproval(found.approval, answer, Date.now());
  if (refused !== null) throw new InvalidInput([refused], REFUSED);
  try {
    const handle = client.workflow.getHandle(found.workflowId ?? '');
    return await handle.executeUpdate(approveOrderUpdate, { args: [answer] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new InvalidInput([closed(found.workflowId)], REFUSED);
    throw refusedBySession(error) ?? error;
  }
}

const unknown = ({ decisionId }: ApprovalAnswer): Problem =>
  problem(
    'APPROVAL_UNKNOWN',
    'decisionId',
    decisionId,
    'a decision that waits for a person',
    'npm run approve -- --list',
  );

const closed = (workflowId: string | null): Problem =>
  problem('SESSION_CLOSED', 'decisionId', workflowId, 'an order of a session that is still open');

function refusedBySession(error: unknown): InvalidInput | null {
  const found = failureProblems(error);
  return found === null ? null : new InvalidInput(found.problems, REFUSED);
}
