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
  control === null ? experiment : `${experiment} without ${control.name}`;

const rowOf = (result: SavedResult): string =>
  `| ${titleOf(result)} | ${result.seed} | ${verdictOf(result)} | ${result.takenAt.slice(0, 16)}Z |`;

function sectionOf(result: SavedResult): string {
  const figures = Object.entries(result.figures).flatMap(([name, value]) => figureLines(name, value));
  const violations = result.violations.slice(0, 3).map(({ kind, where }) => `- ${kind}: ${where}`);
  const title = `## ${titleOf(result)[0]?.toUpperCase()}${titleOf(result).slice(1)}`;
  return [title, '', ...figures, ...(violations.length > 0 ? ['', 'Seen:', '', ...violations] : []), ''].join('\n');
}

/** Groups of figures become lists of their own. */
function figureLines(name: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`- ${name}: ${figureText(value)}`];
  const entries = Object.entries(value);
  if (entries.every(([, one]) => typeof one !== 'object')) return [`- ${name}: ${entries.map(pairText).join(', ')}`];
  return [`- ${name}`, ...entries.map(([key, one]) => `  - ${key}: ${inner(one)}`)];
}

const pairText = ([key, value]: [string, unknown]): string => `${key} ${figureText(value)}`;

const inner = (value: unknown): string =>
  typeof value === 'object' && value !== null ? Object.entries(value).map(pairText).join(', ') : figureText(value);
