/**
 * `npm run why -- ORDER|DECISION`: everything that led to a decision and came of it, on one page. Only Postgres has to
 * be up; nothing is changed. Exit code 1 when there is no such decision or order.
 */
import { readWhy } from '../db/llm/why.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { namedScript, parseWithWord } from './lib/command-table.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { whyPage } from './lib/why/why-page.ts';
import { withDatabase } from './lib/with-database.ts';

await runScript(async () => {
  const command = namedScript('why', 'ORDER|DECISION').description('Why the desk decided so, and what came of it.');
  const id = parseWithWord(command, process.argv.slice(2), 'id');
  const why = await withDatabase({ name: 'why' }, (db) => readWhy(db, id));
  if (why === undefined) {
    throw new InvalidInput([problem('DECISION_UNKNOWN', 'id', id, 'a decision or an order of this desk')], 1);
  }
  if (wantsJson()) printJson({ ok: true, ...why });
  else process.stdout.write(whyPage(why));
  return 0;
});
