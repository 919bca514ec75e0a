/** Results that are kept beside the code, one file for each experiment and control: what docs/exam.md is made of. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../scripts/lib/files.ts';
import { projectFolder } from '../scripts/lib/paths.ts';
import type { ExamResult } from './exam.ts';

export type SavedResult = ExamResult & { readonly takenAt: string };

const FOLDER = path.join(projectFolder, 'exam', 'results');
/** Of a control that fails as it must, so many violations are enough. */
const VIOLATIONS_KEPT = 10;

export function saveResult(result: ExamResult): void {
  const name = result.control === null ? result.experiment : `${result.experiment}-without-${result.control.name}`;
  const saved = {
    takenAt: new Date().toISOString(),
    ...result,
    violations: result.violations.slice(0, VIOLATIONS_KEPT),
  };
  writeWhole(path.join(FOLDER, `${name}.json`), `${JSON.stringify(saved, null, 2)}\n`);
}

/** By name, each before what came of it without a safeguard. */
export function savedResults(): SavedResult[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  const results = files.map((file): SavedResult => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')));
  const place = ({ experiment, control }: SavedResult): string => `${experiment} ${control?.name ?? ''}`;
  return results.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
