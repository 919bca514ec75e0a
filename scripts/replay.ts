/**
 * `npm run replay -- DECISION|SESSION|CALL [--limit KEY=VALUE]… [--model M] [--prompt P@V]`: makes decisions again from
 * the record and compares them byte by byte, or tells what would have been otherwise. Only Postgres has to be up; no
 * decision, order or outcome is written. Exit codes: 0 the same, 1 not the same, 2 arguments, 3 Postgres is down.
 */
import { parseEnvironment } from '../config/environment.ts';
import { llmSettings } from '../workers/llm.ts';
import { namedScript, parseWithWord } from './lib/command-table.ts';
import { deskConfig, projectFolder } from './lib/paths.ts';
import { readWhatIf } from './lib/replay/read-what-if.ts';
import { replayAnswer } from './lib/replay/replay-answer.ts';
import { printAnswer, runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

const collect = (word: string, before: string[]): string[] => [...before, word];

const settings = () => {
  const environment = parseEnvironment();
  return llmSettings(environment, { configFolder: deskConfig(environment), project: projectFolder });
};

await runScript(async () => {
  const command = namedScript('replay', 'DECISION|SESSION|CALL')
    .description('Makes a decision again from the record, asks no model, and compares every byte.')
    .option('--limit <key=value>', 'what if this limit had been another (repeatable)', collect, [])
    .option('--model <id>', 'what if this model had been asked; it is asked now')
    .option('--prompt <id@version>', 'what if it had been asked with this version of the prompt');
  const read = () => readWhatIf(command.opts(), () => settings().registry.models.map((model) => model.id));
  const id = parseWithWord(command, process.argv.slice(2), 'id', () => read().problems);
  const { whatIf } = read();
  const answer = await withDatabase({ name: 'replay' }, (db) => replayAnswer(db, settings, id, whatIf));
  printAnswer(answer.document, answer.lines);
  return answer.exitCode;
});
