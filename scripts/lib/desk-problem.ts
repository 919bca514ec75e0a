/** Refusals of the scripts that set a desk up. Exit code 3: a needed process is not up. */
import { InvalidInput, problem } from '../../schemas/problem.ts';

const NOT_UP = 3;

/** A needed process is not up or cannot be brought up; the script ends with exit code 3. */
export const deskDown = (code: string, path: string, got: unknown, expected: string, hint: string): InvalidInput =>
  new InvalidInput([problem(code, path, got, expected, hint)], NOT_UP);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
