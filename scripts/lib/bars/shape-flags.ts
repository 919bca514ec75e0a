/** `--columns` and `--time-unit`: what a file does not say of itself. */
import { BAR_COLUMNS, BAR_FILE } from '../../../domain/market/bar-file-columns.ts';
import { isHeader, readHeader } from '../../../domain/market/columns.ts';
import { STAMP_UNITS, type StampUnit } from '../../../domain/market/stamp-unit.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';
import { tickProblems } from './tick-flag.ts';

export type ShapeFlags = { readonly columns?: string; readonly timeUnit?: string };

/** What the reader of a file is told. `header`: names of all columns, '' for one that is not read. */
export type FileShape = { readonly header?: readonly string[]; readonly stampUnit?: StampUnit };

export const COLUMNS_FLAG = ['--columns <names>', 'of a file without a header, - for one that is not read'] as const;
export const TIME_UNIT_FLAG = [
  '--time-unit <unit>',
  `of epoch stamps: ${STAMP_UNITS.join(' ')} (default: ms)`,
] as const;

/** What is wrong with the flags that say how rows are to be read. */
export function rowProblems({ tick, ...shape }: ShapeFlags & { readonly tick?: string }): Problem[] {
  const problems = tickProblems(tick);
  fileShape(shape, problems);
  return problems;
}

/** Adds ARGUMENT_VALUE to `problems` for what no file can have. */
export function fileShape({ columns, timeUnit }: ShapeFlags, problems: Problem[]): FileShape {
  const header = columns?.split(',').map((name) => (name.trim() === '-' ? '' : name.trim()));
  const stampUnit = STAMP_UNITS.find((unit) => unit === timeUnit);
  if (timeUnit !== undefined && stampUnit === undefined)
    problems.push(problem('ARGUMENT_VALUE', '--time-unit', timeUnit, STAMP_UNITS.join(' | ')));
  const read = header === undefined ? null : readHeader(header, BAR_FILE, '--columns');
  if (read !== null && !isHeader(read)) {
    const hint = 'every column of the file in its order, such as time,open,high,low,close,volume,-,-';
    problems.push(problem('ARGUMENT_VALUE', '--columns', columns, `each of ${BAR_COLUMNS.join(', ')} once`, hint));
  }
  return { ...(header === undefined ? {} : { header }), ...(stampUnit === undefined ? {} : { stampUnit }) };
}
