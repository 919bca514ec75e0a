/**
 * `npm run exam -- NAME|all|report [--seed N] [--control NAME] [--size N] [--save] [--json]`: takes an exam of
 * exam/experiments/ and prints its result; `report` writes docs/exam.md from the results that were saved.
 * Exit code 0 passed, 1 failed or void.
 */

import { type ExamResult, takeExam } from '../exam/exam.ts';
import { readExamCommand } from '../exam/exam-flags.ts';
import { EXPERIMENTS } from '../exam/experiments/catalogue.ts';
import { closeOpenHomes } from '../exam/rig/home.ts';
import { saveResult } from '../exam/saved-results.ts';
import { tellResult } from '../exam/tell-result.ts';
import { writeReport } from '../exam/write-report.ts';
import { onInterrupt, printJson, runScript, wantsJson } from './lib/script.ts';

const INTERRUPTED = 130;

await runScript(async () => {
  onInterrupt(() => void closeOpenHomes().finally(() => process.exit(INTERRUPTED)));
  const command = await readExamCommand(process.argv.slice(2));
  if (command.kind === 'report') {
    const file = writeReport();
    if (wantsJson()) printJson({ ok: true, file });
    else process.stdout.write(`${file}\n`);
    return 0;
  }
  const results: ExamResult[] = [];
  for (const name of command.names) {
    const { experiment } = await EXPERIMENTS[name]();
    const result = await takeExam(experiment, command.options);
    if (command.save) saveResult(result);
    results.push(result);
    if (!wantsJson()) process.stdout.write(`${tellResult(result).join('\n')}\n`);
  }
  const ok = results.every((one) => one.ok);
  if (wantsJson()) printJson(results.length === 1 ? results[0] : { ok, results });
  return ok ? 0 : 1;
});
