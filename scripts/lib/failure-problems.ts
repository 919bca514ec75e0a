/** The problems with which a workflow has refused its input, or an update, for the person at the terminal. */
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { InvalidInput, type Problem } from '../../schemas/problem.ts';

/** Null for any other error. */
export function failureProblems(error: unknown): InvalidInput | null {
  const isKnown = error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError;
  const cause = isKnown ? error.cause : undefined;
  const failure = cause instanceof ActivityFailure ? cause.cause : cause;
  if (!(failure instanceof ApplicationFailure) || failure.type !== 'InvalidInput') return null;
  const [detail] = (failure.details ?? []) as { problems?: Problem[] }[];
  return new InvalidInput(detail?.problems ?? [], 1);
}
