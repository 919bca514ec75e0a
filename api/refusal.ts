/** A refusal with its HTTP status; everything that is refused ends as a list of problems in the one shape. */
import { type Problem, problem } from '../schemas/problem.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly statusCode: number;
  readonly problems: readonly Problem[];
  constructor(statusCode: number, problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('\n'));
    this.statusCode = statusCode;
    this.problems = problems;
  }
}

export const refusal = (
  statusCode: number,
  code: string,
  path: string,
  got: unknown,
  expected: string,
  hint?: string,
): Refusal => new Refusal(statusCode, [problem(code, path, got, expected, hint)]);

export const notFound = (path: string, got: unknown, expected: string): Refusal =>
  refusal(404, 'NOT_FOUND', path, got, expected);
