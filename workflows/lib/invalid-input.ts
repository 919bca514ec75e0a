/** Turns a list of problems into the failure that closes a workflow or rejects an update: final, complete, readable. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { describeProblems, InvalidInput, type Problem } from '../../schemas/problem.ts';

export function invalidInput(problems: readonly Problem[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'InvalidInput',
    nonRetryable: true,
    message: describeProblems(problems),
    details: [{ problems }],
  });
}

/** Runs a parser; its `InvalidInput` becomes the final failure above. */
export function orFail<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidInput) throw invalidInput(error.problems);
    throw error;
  }
}

/** Runs an activity; an `InvalidInput` it ends with becomes the workflow's own failure, problems and all. */
export async function orFailWithProblems<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw problemsOf(error) ?? error;
  }
}

/** The workflow's own failure for an activity that ended with `InvalidInput`; null for any other error. */
export function problemsOf(error: unknown): ApplicationFailure | null {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'InvalidInput') return null;
  const { message, details } = cause;
  return ApplicationFailure.create({ type: 'InvalidInput', nonRetryable: true, message, details: details ?? [] });
}
