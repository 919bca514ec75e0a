import { InvalidInput, type Problem } from '../schemas/problem.ts';

/** All that `work` is refused for; nothing where it goes through. Another error is thrown on. */
export function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

/** `CODE path` of each. */
export const codesOf = (work: () => unknown): string[] => problemsOf(work).map(({ code, path }) => `${code} ${path}`);
