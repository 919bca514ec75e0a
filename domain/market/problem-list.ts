/** Problems up to a bound, and a count of all: a broken file of a million lines must not fill the memory. */
import { type Problem, problem } from '../../schemas/problem.ts';

export type ProblemList = {
  readonly add: (one: Problem) => void;
  readonly count: () => number;
  /** How many of each code, those that are not listed included; in the order in which they came first. */
  readonly countByCode: () => Readonly<Record<string, number>>;
  /** What was kept; when there were more, one last problem DATA_PROBLEMS_OMITTED says how many. */
  readonly list: () => readonly Problem[];
};

export function createProblemList(path: string, keptMax: number): ProblemList {
  const kept: Problem[] = [];
  const byCode = new Map<string, number>();
  let count = 0;
  return {
    add(one) {
      count += 1;
      byCode.set(one.code, (byCode.get(one.code) ?? 0) + 1);
      if (kept.length < keptMax) kept.push(one);
    },
    count: () => count,
    countByCode: () => Object.fromEntries(byCode),
    list: () => (count > kept.length ? [...kept, omitted(path, count, kept.length)] : kept),
  };
}

const omitted = (path: string, count: number, keptCount: number): Problem =>
  problem('DATA_PROBLEMS_OMITTED', path, count, `at most ${keptCount} problems`, `${count - keptCount} are not listed`);
