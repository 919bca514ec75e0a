/** The problems with which a workflow has refused its input, for the person at the terminal. */
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { InvalidInput, type Problem } from '../../schemas/problem.ts';

/** Null for any other error. */
export function failureProblems(error: unknown): InvalidInput | null {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  const failure = cause instanceof ActivityFailure ? cause.cause : cause;
  if (!(failure instanceof ApplicationFailure) || failure.type !== 'InvalidInput') return null;
  const [detail] = (failure.details ?? []) as { problems?: Problem[] }[];
  return new InvalidInput(detail?.problems ?? [], 1);
}
