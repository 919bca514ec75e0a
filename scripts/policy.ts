/**
 * `npm run policy -- show | set KEY VALUE [KEY VALUE …] --reason TEXT | history | enable STRATEGY --reason TEXT`: the
 * desk's policy, changed while it runs.
 * Exit codes: 0 done, 2 a change that is refused or wrong arguments, 3
 * Postgres does not answer. Only Postgres has to be up.
 */
import type { Database } from '../db/tables.ts';
import type { Answer } from './lib/bars/answer.ts';
import { type CommandTable, named as namedOf, parseWithWord, parseWords, runCommand } from './lib/command-table.ts';
import { oneLine, reasonProblems, wholeNumber } from './lib/flags.ts';
import { person } from './lib/person.ts';
import { enable, setPolicy, showHistory, showPolicy } from './lib/policy/policy-commands.ts';
import { readSetWords } from './lib/policy/set-words.ts';
import { runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

const VERSIONS_MAX = 10_000;
const named = (name: string, usage = '') => namedOf('policy', name, usage);
const onDatabase = (work: (db: Database) => Promise<Answer>): Promise<Answer> => withDatabase({ name: 'policy' }, work);

const commands: CommandTable = {
  async show(words) {
    parseWords(named('show'), words);
    return onDatabase(showPolicy);
  },
  async set(words) {
    const change = readSetWords(words);
    return onDatabase((db) => setPolicy(db, { ...change, setBy: person(), nowMs: Date.now() }));
  },
  async enable(words) {
    const command = named('enable', 'STRATEGY').option('--reason <text>', 'why it may open again');
    const reason = () => oneLine(command.opts().reason ?? '');
    const strategyId = parseWithWord(command, words, 'STRATEGY', () => reasonProblems('--reason', reason()));
    return onDatabase((db) => enable(db, { strategyId, reason: reason(), setBy: person(), atMs: Date.now() }));
  },
  async history(words) {
    const command = named('history').option('--limit <count>', 'the newest so many versions', '50');
    let limit = 0;
    parseWords(command, words, () => {
      const problems: Parameters<typeof wholeNumber>[4] = [];
      limit = wholeNumber('--limit', command.opts().limit, 1, VERSIONS_MAX, problems);
      return problems;
    });
    return onDatabase((db) => showHistory(db, limit));
  },
};

await runScript(() => runCommand('policy', commands, process.argv.slice(2)));
