/** docs/exam.md, written from the saved results and nothing else. */
import path from 'node:path';
import { writeWhole } from '../scripts/lib/files.ts';
import { projectFolder } from '../scripts/lib/paths.ts';
import { type SavedResult, savedResults } from './saved-results.ts';
import { figureText, verdictOf } from './tell-result.ts';

const HEAD = `# Exam

Written by \`npm run exam -- report\` from the results in \`exam/results/\`; a result is kept by \`npm run exam -- NAME --save\`.
A control is the same experiment with one safeguard taken away: it has to fail, for the reason that is named.
Figures are of one machine at one time. Limits of the exams: \`exam/config/\`.
`;

/** @returns the path of the file, relative to the project */
export function writeReport(): string {
  const results = savedResults();
  const table = ['| Experiment | Seed | Outcome | Taken |', '|---|---|---|---|', ...results.map(rowOf)];
  const parts = [HEAD, `${table.join('\n')}\n`, ...results.map(sectionOf)];
  const file = path.join('docs', 'exam.md');
  writeWhole(path.join(projectFolder, file), parts.join('\n'));
  return file;
}

const titleOf = ({ experiment, control }: SavedResult): string =>
  control === null ? experiment : `${experiment}, control ${control.name}`;

const rowOf = (result: SavedResult): string =>
  `| ${titleOf(result)} | ${result.seed} | ${verdictOf(result)} | ${result.takenAt.slice(0, 16)}Z |`;

function sectionOf(result: SavedResult): string {
  const figures = Object.entries(result.figures).flatMap(([name, value]) => figureLines(name, value));
  const violations = result.violations.slice(0, 3).map(({ kind, where }) => `- ${kind}: ${where}`);
  const title = `## ${titleOf(result)[0]?.toUpperCase()}${titleOf(result).slice(1)}`;
  return [title, '', ...figures, ...(violations.length > 0 ? ['', 'Seen:', '', ...violations] : []), ''].join('\n');
}

/** Groups of figures become lists of their own, and lists of alike things become tables. */
function figureLines(name: string, value: unknown): string[] {
  const records = recordsOf(value);
  if (records !== null) return [`- ${name}:`, '', ...tableOf(records), ''];
  if (Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === 'string')) {
    return [`- ${name}:`, ...value.map((one) => `  - ${one}`)];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`- ${name}: ${figureText(value)}`];
  const entries = Object.entries(value);
  if (entries.every(([, one]) => typeof one !== 'object')) return [`- ${name}: ${entries.map(pairText).join(', ')}`];
  return [`- ${name}`, ...entries.map(([key, one]) => `  - ${key}: ${inner(one)}`)];
}

function recordsOf(value: unknown): Record<string, unknown>[] | null {
  const isRecord = (one: unknown): one is Record<string, unknown> => typeof one === 'object' && one !== null;
  return Array.isArray(value) && value.length > 0 && value.every(isRecord) ? value : null;
}

/** The file of the result holds all of them. */
const TABLE_ROWS_MAX = 60;

function tableOf(records: readonly Record<string, unknown>[]): string[] {
  const columns = Object.keys(records[0] ?? {});
  const line = (cells: readonly string[]): string => `  | ${cells.join(' | ')} |`;
  const rows = records.slice(0, TABLE_ROWS_MAX).map((one) => line(columns.map((column) => cellText(one[column]))));
  const left = records.length - rows.length;
  const more = left > 0 ? ['', `  and ${left} more`] : [];
  return [line(columns), line(columns.map(() => '---')), ...rows, ...more];
}

const cellText = (value: unknown): string => figureText(value).slice(0, 80).replaceAll('|', '\\|');

const pairText = ([key, value]: [string, unknown]): string => `${key} ${figureText(value)}`;

const inner = (value: unknown): string =>
  typeof value === 'object' && value !== null ? Object.entries(value).map(pairText).join(', ') : figureText(value);
