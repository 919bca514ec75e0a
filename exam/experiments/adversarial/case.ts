/**
 * One wrong input and the one answer it must get, and the running of many: several at a time, each within a time limit.
 * What a case asks (a parser, a desk, an adapter) is its own affair; here answers are texts that are compared.
 */
import { canonicalJson, sha256Hex } from '../../../domain/canonical-json.ts';
import { InvalidInput, type Problem } from '../../../schemas/problem.ts';
import type { Violation } from '../../exam.ts';

export type Case = {
  /** Number of the row in the table of wrong inputs, or a broker's fault such as B4. */
  readonly row: string;
  readonly input: unknown;
  readonly expected: string;
  readonly answer: () => Promise<string>;
};

export type Outcome = {
  readonly row: string;
  readonly inputHash: string;
  readonly expected: string;
  readonly got: string;
};

type RunOptions = { readonly atOnce: number; readonly withinMs: number };

const CRASH = 'CRASH';
const HANG = 'HANG';
const LENGTH_MAX = 400;

/** Answers come in the order of the cases. */
export async function runCases(cases: readonly Case[], { atOnce, withinMs }: RunOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) {
      const asked = cases[index] as Case;
      outcomes[index] = { ...outcomeOf(asked), got: await gotFrom(asked, withinMs) };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

const outcomeOf = ({ row, input, expected }: Case) => ({ row, inputHash: hashOf(input), expected });

/** Of what has no canonical JSON (no input at all, bare text) the printed form is hashed. */
function hashOf(input: unknown): string {
  const text = input === undefined ? 'undefined' : canonicalJson(input);
  return sha256Hex(text).slice(0, 16);
}

async function gotFrom(asked: Case, withinMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${HANG} no answer in ${withinMs} ms`), withinMs);
  });
  const answer = asked.answer().catch((error: unknown) => `${CRASH} ${String(error)}`);
  const got = await Promise.race([answer, late]);
  clearTimeout(timer);
  return got.slice(0, LENGTH_MAX);
}

/** What a piece of code that throws its refusals answers: every problem as a text, or ACCEPTED. */
export async function refusalOf(ask: () => unknown, tell: (problem: Problem) => string): Promise<string> {
  try {
    await ask();
    return 'ACCEPTED';
  } catch (error) {
    if (error instanceof InvalidInput) return problemTexts(error.problems, tell);
    throw error;
  }
}

export const problemTexts = (problems: readonly Problem[], tell: (problem: Problem) => string): string =>
  problems.map(tell).join(' + ');

export function violationsOf(outcomes: readonly Outcome[]): Violation[] {
  return outcomes
    .filter(({ expected, got }) => got !== expected)
    .map((one) => ({
      kind: kindOf(one.got),
      where: `${one.row} ${one.inputHash}: expected ${one.expected}, got ${one.got}`,
    }));
}

function kindOf(got: string): string {
  if (got.startsWith(CRASH)) return 'crash';
  return got.startsWith(HANG) ? 'hang' : 'wrong-code';
}

/** One line a row: how many inputs, how many right, and what was expected and got, each text once. */
export function rowFigures(outcomes: readonly Outcome[]) {
  const rows = [...new Set(outcomes.map(({ row }) => row))];
  return rows.map((row) => {
    const own = outcomes.filter((one) => one.row === row);
    return {
      row,
      cases: own.length,
      right: own.filter(({ expected, got }) => expected === got).length,
      inputsHash: sha256Hex(own.map(({ inputHash }) => inputHash).join(' ')).slice(0, 16),
    };
  });
}
