/**
 * Problems up to a bound, and a count of all: a broken file of a million lines must not fill the memory. The first of
 * each code is kept beyond the bound too, so that no kind of problem stays untold, nor why the reading stopped.
 */
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
      if (kept.length < keptMax || !byCode.has(one.code)) kept.push(one);
      byCode.set(one.code, (byCode.get(one.code) ?? 0) + 1);
    },
    count: () => count,
    countByCode: () => Object.fromEntries(byCode),
    list: () => (count > kept.length ? [...kept, omitted(path, count, kept.length, keptMax)] : kept),
  };
}

function omitted(path: string, count: number, keptCount: number, keptMax: number): Problem {
  const hint = `${count - keptCount} are not listed`;
  return problem('DATA_PROBLEMS_OMITTED', path, count, `at most ${keptMax} problems`, hint);
}
