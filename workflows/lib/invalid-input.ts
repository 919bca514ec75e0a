/** Turns a list of problems into the failure that closes a workflow or rejects an update: final, complete, readable. */
import { ApplicationFailure } from '@temporalio/workflow';
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
