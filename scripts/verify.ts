/**
 * `npm run verify -- ledger [--session ID] [--account ID] | audit | events |
 * trials`: checks the books against themselves.
 * Only Postgres has to be up; nothing is changed. Exit code 1 when something does not agree.
 */
import { Command } from '@commander-js/extra-typings';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import { verifyAudit } from '../db/audit.ts';
import { barReaders } from '../db/bar-readers.ts';
import type { Database } from '../db/tables.ts';
import { nearestName } from '../schemas/nearest-name.ts';
import { describeProblems, InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { parseFlags } from './lib/flags.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { verifyEvents } from './lib/verify/verify-events.ts';
import { verifyLedger } from './lib/verify/verify-ledger.ts';
import { verifyTrials } from './lib/verify/verify-trials.ts';
import { withDatabase } from './lib/with-database.ts';

type Answer = { readonly ok: boolean; readonly problems: readonly Problem[] };
type Told = { readonly answer: Answer; readonly line: string; readonly more?: readonly string[] };

const commands = {
  async ledger(words: readonly string[]): Promise<Told> {
    const command = named('ledger')
      .option('--session <id>', 'only this session and its account')
      .option('--account <id>', 'only this account');
    parseFlags(command, undefined, words);
    const { session = null, account = null } = command.opts();
    const scope = { sessionId: session, accountId: account };
    const answer = await onDatabase((db) => verifyLedger(db, deskMarketData(barReaders(db)), scope));
    const { accounts, sessions, orders, fills, problemCount, warnings } = answer;
    const counts = `${accounts} accounts, ${sessions} sessions, ${orders} orders, ${fills} fills`;
    const line = `${counts}: ${wordFor(problemCount)}`;
    return { answer, line, more: warnings.map((text) => `warning ${text}`) };
  },
  async audit(words: readonly string[]): Promise<Told> {
    parseFlags(named('audit'), undefined, words);
    const answer = await onDatabase(auditAnswer);
    return { answer, line: `${answer.rows} audit rows: ${wordFor(answer.problems.length)}` };
  },
  async events(words: readonly string[]): Promise<Told> {
    parseFlags(named('events'), undefined, words);
    const answer = await onDatabase(verifyEvents);
    return { answer, line: `${answer.events} events: ${wordFor(answer.problems.length)}` };
  },
  async trials(words: readonly string[]): Promise<Told> {
    parseFlags(named('trials'), undefined, words);
    const answer = await onDatabase(verifyTrials);
    const counts = `${answer.trials} trials of ${answer.runs} runs, ${answer.results} stored results`;
    return { answer, line: `${counts}: ${wordFor(answer.problems.length)}` };
  },
};
const NAMES = ['ledger', 'audit', 'events', 'trials'] as const;

const named = (name: string) => new Command(`verify ${name}`).option('--json', 'one JSON document on stdout');
const wordFor = (count: number): string => (count === 0 ? 'all agree' : `${count} differences`);

/** A whole history may take longer than a statement of the desk may. */
const onDatabase = <T>(work: (db: Database) => Promise<T>): Promise<T> =>
  withDatabase({ name: 'verify', statementTimeoutMs: 0 }, work);

async function auditAnswer(db: Database): Promise<Answer & { readonly rows: number }> {
  const bad = await verifyAudit(db);
  const { rows } = await db
    .selectFrom('audit')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  const expected = 'the row that was written then: the chain of hashes breaks here';
  const problems = bad === null ? [] : [problem('AUDIT_BROKEN', `audit.${bad}`, bad, expected)];
  return { ok: bad === null, rows, problems };
}

await runScript(async () => {
  const [word = '', ...words] = process.argv.slice(2);
  if (word === '--help' || word === '-h') {
    process.stdout.write(`Usage: verify ${NAMES.join('|')} [options]; each has its own --help\n`);
    return 0;
  }
  const name = NAMES.find((one) => one === word);
  if (name === undefined) throw unknownName(word);
  const { answer, line, more = [] } = await commands[name](words);
  if (wantsJson()) printJson(answer);
  else
    process.stdout.write(
      `${[describeProblems(answer.problems), ...more, line].filter((one) => one !== '').join('\n')}\n`,
    );
  return answer.ok ? 0 : 1;
});

function unknownName(word: string): InvalidInput {
  const near = nearestName(word, NAMES);
  const hint = near === null ? 'npm run verify -- ledger' : `did you mean ${near}?`;
  return new InvalidInput([problem('ARGUMENT_UNKNOWN', 'command', word, NAMES.join(' | '), hint)]);
}
