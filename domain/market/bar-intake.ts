/**
 * Takes the rows of a file one by one: each cell, the bar as a whole, its place after the row before.
 * Good rows become columns; everything else becomes a problem. Knows lines and column names, not files.
 */
import type { Problem } from '../../schemas/problem.ts';
import { problem } from '../../schemas/problem.ts';
import { inconsistentColumn, inconsistentTexts, parsePrice, parseVolume } from './bar-cells.ts';
import { type BarColumns, type BarTexts, createBarColumns } from './bar-columns.ts';
import type { BarColumn } from './bar-file-columns.ts';
import { duplicateProblem, futureProblem, inconsistentProblem, jumpProblem, orderProblem } from './bar-problems.ts';
import type { BarRow } from './bar-series.ts';
import { jumpOf } from './jumps.ts';
import { parseInstant } from './parse-instant.ts';
import { tickProblem } from './price-tick.ts';
import { type StampUnit, stampInMs } from './stamp-unit.ts';
import type { TableRow } from './table-rows.ts';

export type BarIntakeOptions = {
  readonly intervalMs: number;
  readonly nowMs: number;
  readonly wholeUnits: boolean;
  /** The step of prices, a plain decimal; null = unknown, unchecked. */
  readonly tick: string | null;
  readonly stampUnit: StampUnit;
  readonly refuse: (one: Problem) => void;
  readonly warn: (one: Problem) => void;
};

type RowCells = TableRow<BarColumn>;

/** The smallest distance of two stamps, to notice a wrong interval. */
export type StepSummary = { readonly smallestMs: number; readonly lineNumber: number; readonly count: number };

export type BarIntake = {
  readonly take: (row: RowCells) => void;
  readonly columns: BarColumns;
  readonly steps: () => StepSummary;
};

type Before = { readonly lineNumber: number; readonly openTimeMs: number; readonly row: BarRow | null };

const DAY_MS = 86_400_000;

export function createBarIntake(options: BarIntakeOptions): BarIntake {
  const columns = createBarColumns();
  let before: Before | null = null;
  let steps: StepSummary = { smallestMs: Number.POSITIVE_INFINITY, lineNumber: 0, count: 0 };
  return {
    columns,
    steps: () => steps,
    take(cells) {
      const problems: Problem[] = [];
      const openTimeMs = readTime(cells, options, problems);
      const numbers = readNumbers(cells, options, problems);
      if (openTimeMs !== null && before !== null) {
        problems.push(...orderProblems(cells, openTimeMs, numbers, before));
        steps = withStep(steps, openTimeMs - before.openTimeMs, cells.lineNumber);
      }
      const row: BarRow | null = openTimeMs === null || numbers === null ? null : { openTimeMs, ...numbers };
      if (row !== null) problems.push(...inconsistency(cells, row));
      if (row !== null) warnOfJump(cells, row, before?.row ?? null, options.warn);
      if (row !== null && problems.length === 0) columns.push(row, cells.texts, cells.lineNumber);
      for (const one of problems) options.refuse(one);
      const good = problems.length === 0 ? row : null;
      if (openTimeMs !== null) before = { lineNumber: cells.lineNumber, openTimeMs, row: good ?? before?.row ?? null };
    },
  };
}

function readTime({ texts, where }: RowCells, options: BarIntakeOptions, problems: Problem[]): number | null {
  const { intervalMs, nowMs, stampUnit } = options;
  const time = parseInstant(stampInMs(texts.time, stampUnit), { dateOnly: intervalMs % DAY_MS === 0 });
  if (!time.ok) {
    const hint = time.hint.startsWith('looks like') ? `${time.hint}; npm run bars takes --time-unit` : time.hint;
    problems.push(problem(time.code, where('time'), texts.time, time.expected, hint));
    return null;
  }
  if (time.ms + intervalMs > nowMs) problems.push(futureProblem(where('time'), texts.time, intervalMs, nowMs));
  return time.ms;
}

type BarNumbers = Omit<BarRow, 'openTimeMs'>;

/** All five numbers, or null when at least one cell is refused. */
function readNumbers({ texts, where }: RowCells, options: BarIntakeOptions, problems: Problem[]): BarNumbers | null {
  const problemsBefore = problems.length;
  const read = (column: keyof BarTexts): number => {
    const { wholeUnits, tick } = options;
    const number = column === 'volume' ? parseVolume(texts.volume, wholeUnits) : parsePrice(texts[column]);
    if (!number.ok) {
      problems.push(problem(number.code, where(column), texts[column], number.expected, number.hint));
      return Number.NaN;
    }
    const offTick = column === 'volume' ? null : tickProblem(where(column), texts[column], tick);
    if (offTick !== null) problems.push(offTick);
    return number.value;
  };
  const numbers = {
    open: read('open'),
    high: read('high'),
    low: read('low'),
    close: read('close'),
    volume: read('volume'),
  };
  return problems.length === problemsBefore ? numbers : null;
}

function inconsistency({ texts, where }: RowCells, row: BarRow): Problem[] {
  const wrong = inconsistentColumn(row) ?? inconsistentTexts(texts);
  return wrong === null ? [] : [inconsistentProblem(where(wrong), texts)];
}

function orderProblems(
  { texts, where }: RowCells,
  openTimeMs: number,
  numbers: BarNumbers | null,
  before: Before,
): Problem[] {
  if (openTimeMs > before.openTimeMs) return [];
  if (openTimeMs < before.openTimeMs) return [orderProblem(where('time'), texts.time, before)];
  return [duplicateProblem(where('time'), texts.time, before, sameNumbers(numbers, before.row))];
}

const sameNumbers = (a: BarNumbers | null, b: BarNumbers | null): boolean =>
  a !== null &&
  b !== null &&
  (['open', 'high', 'low', 'close', 'volume'] as const).every((column) => a[column] === b[column]);

function withStep(steps: StepSummary, stepMs: number, lineNumber: number): StepSummary {
  if (stepMs <= 0) return steps;
  const count = steps.count + 1;
  return stepMs < steps.smallestMs ? { smallestMs: stepMs, lineNumber, count } : { ...steps, count };
}

function warnOfJump({ where }: RowCells, row: BarRow, previous: BarRow | null, warn: (one: Problem) => void): void {
  const jump = previous === null ? null : jumpOf(previous.close, row);
  if (previous !== null && jump !== null) warn(jumpProblem(where(jump.column), row[jump.column], previous.close));
}
