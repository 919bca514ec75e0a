/** Turns our typed refusals into final activity failures, so that the workflow and the CLI see every problem. */
import { ApplicationFailure } from '@temporalio/activity';
import { describeProblems, InvalidInput } from '../schemas/problem.ts';

/** Runs an activity body; `InvalidInput` becomes a non-retryable failure with all problems in `details[0]`. */
export async function finalOnInvalidInput<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const { problems } = error;
    throw ApplicationFailure.create({
      type: 'InvalidInput',
      nonRetryable: true,
      message: describeProblems(problems),
      details: [{ problems }],
    });
  }
}
