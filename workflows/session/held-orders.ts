/**
 * Orders that wait for a person, as a session carries and shows them, and the answers that are given for
 * them. What becomes of an answer is `approvals.ts`.
 */
import { condition } from '@temporalio/workflow';
import { type Approval, answerApproval } from '../../domain/llm/approval.ts';
import {
  type ApprovalAnswer,
  type ApprovalOutcome,
  type ApprovalRequest,
  approvalAnswerSchema,
  type WaitingOrder,
} from '../../schemas/approval.ts';
import { parseInput } from '../../schemas/parse-input.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import type { OrderHandOver } from '../../schemas/session-walk.ts';
import { invalidInput, orFail } from '../lib/invalid-input.ts';

/** An order with what was asked about it, and how it stands. */
export type HeldOrder = {
  readonly order: OrderHandOver;
  readonly request: ApprovalRequest;
  readonly approval: Approval;
};

/** Those that a session carries, oldest first; absent: none has waited yet. */
export type Holding = { readonly held?: readonly HeldOrder[] };

/** An answer that a person gave, until the main loop has dealt with it. */
export type GivenAnswer = { readonly answer: ApprovalAnswer; outcome: ApprovalOutcome | readonly Problem[] | null };

export const heldOf = ({ held = [] }: Holding): readonly HeldOrder[] => held;
export const isPending = ({ approval }: HeldOrder): boolean => approval.state === 'pending';

/** When the next order is denied because nobody answered; null while none waits. */
export function nextExpiryMs(holding: Holding): number | null {
  const times = heldOf(holding)
    .filter(isPending)
    .map(({ approval }) => approval.expiresAtMs);
  return times.length === 0 ? null : Math.min(...times);
}

/** What waits, as the status shows it. */
export const waitingOrders = (holding: Holding): WaitingOrder[] =>
  heldOf(holding).map(({ order, request, approval }) => ({
    decisionId: order.decisionId,
    symbol: order.intents[0]?.symbol ?? '',
    summary: order.summary,
    ...request,
    approvedBy: approval.state === 'approved' ? approval.by : null,
  }));

/** @throws ApplicationFailure InvalidInput with what is wrong with the answer's shape */
export const parseAnswer = (argument: unknown): ApprovalAnswer =>
  orFail(() => parseInput(approvalAnswerSchema, argument ?? {}));

/** Why an answer cannot be taken now; empty for one that can. */
export function answerProblems(holding: Holding, answer: ApprovalAnswer): Problem[] {
  const held = heldOf(holding);
  const found = held.find(({ order }) => order.decisionId === answer.decisionId);
  if (found === undefined) {
    const waiting = held.map(({ order }) => order.decisionId);
    const expected = `a decision that waits for a person: ${waiting.join(', ') || 'none does'}`;
    return [problem('APPROVAL_UNKNOWN', 'decisionId', answer.decisionId, expected)];
  }
  const { problem: refused } = answerApproval(found.approval, answer, Date.now());
  return refused === null ? [] : [refused];
}

/** Leaves the answer for the main loop and waits for its outcome. */
export async function answerOrder(inbox: { answers: GivenAnswer[] }, argument: unknown): Promise<ApprovalOutcome> {
  const given: GivenAnswer = { answer: parseAnswer(argument), outcome: null };
  inbox.answers.push(given);
  await condition(() => given.outcome !== null);
  const { outcome } = given;
  if (outcome === null || !('decisionId' in outcome)) throw invalidInput(outcome ?? []);
  return outcome;
}
