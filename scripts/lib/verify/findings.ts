/** Collects what does not agree. All differences are counted; so many are kept that a reader can follow them. */
import { type Problem, problem } from '../../../schemas/problem.ts';
import { type Amount, amount, amountText } from './amounts.ts';

const KEPT_MAX = 200;
/** Doubles that were summed in another order, and rounded to 12 digits, agree to this. */
const FIGURE_TOLERANCE = 1e-9;

export type Findings = {
  /** Stored text against the recomputed amount: exactly equal, whatever the spelling. */
  readonly amount: (path: string, stored: string | null | undefined, expected: Amount, hint?: string) => void;
  /** Names, states and whole numbers. */
  readonly value: (path: string, stored: unknown, expected: unknown, hint?: string) => void;
  /** Ratios in doubles; null where undefined. */
  readonly figure: (path: string, stored: number | null, expected: number | null) => void;
  readonly mismatch: (path: string, got: unknown, expected: string, hint?: string) => void;
  /** What could not be checked, and why. */
  readonly warn: (text: string) => void;
  readonly problems: () => readonly Problem[];
  readonly problemCount: () => number;
  readonly warnings: () => readonly string[];
};

export function createFindings(): Findings {
  const problems: Problem[] = [];
  const warnings = new Set<string>();
  let count = 0;
  const mismatch = (path: string, got: unknown, expected: string, hint = ''): void => {
    count += 1;
    if (problems.length < KEPT_MAX) problems.push(problem('LEDGER_MISMATCH', path, got, expected, hint));
  };
  return {
    mismatch,
    amount: (path, stored, expected, hint) => {
      if (stored === null || stored === undefined) mismatch(path, stored, amountText(expected), hint);
      else if (!amount(stored).eq(expected)) mismatch(path, stored, amountText(expected), hint);
    },
    value: (path, stored, expected, hint) => {
      if (stored !== expected) mismatch(path, stored, String(expected), hint);
    },
    figure: (path, stored, expected) => {
      if (!agree(stored, expected)) mismatch(path, stored, String(expected));
    },
    warn: (text) => warnings.add(text),
    problems: () => problems,
    problemCount: () => count,
    warnings: () => [...warnings],
  };
}

function agree(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= FIGURE_TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}
