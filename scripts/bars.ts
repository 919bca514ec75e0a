/**
 * `npm run bars -- import | fetch | export | list | check | synth`: bars in and out of the desk's database.
 * Only Postgres has to be up, and for `check` and `synth --out` not even that.
 */
import { Command } from '@commander-js/extra-typings';
import { configuredMarkets } from '../adapters/market-data/configured-markets.ts';
import { parseEnvironment } from '../config/environment.ts';
import type { Database } from '../db/tables.ts';
import { checkSymbol } from '../domain/market/symbol.ts';
import { parseInterval } from '../schemas/interval.ts';
import { nearestName } from '../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import type { Answer } from './lib/bars/answer.ts';
import { checkCommand, checkProblems } from './lib/bars/check-command.ts';
import { exportCommand, exportProblems } from './lib/bars/export-command.ts';
import { fetchCommand, fetchProblems } from './lib/bars/fetch-command.ts';
import { importCommand } from './lib/bars/import-command.ts';
import { listCommand } from './lib/bars/list-command.ts';
import { COLUMNS_FLAG, rowProblems, TIME_UNIT_FLAG } from './lib/bars/shape-flags.ts';
import { synthCommand, synthProblems } from './lib/bars/synth-command.ts';
import { parseFlags } from './lib/flags.ts';
import { say } from './lib/progress.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { withDatabase as onDatabase } from './lib/with-database.ts';

type Words = readonly string[];
const context = { nowMs: Date.now(), say };

const commands: Readonly<Record<string, (words: Words) => Promise<Answer>>> = {
  async import(words) {
    const command = named('import', 'FILE')
      .option('--symbol <symbol>', 'BTC/USDT, AAPL')
      .option('--interval <interval>', '1s to 1w: 1m 5m 1h 4h 1d')
      .option('--accept-jumps', 'moves of over 50 % are real: do not quarantine')
      .option('--replace', 'overwrite stored bars that differ')
      .option('--whole-units', 'refuse fractions of a unit in the volume')
      .option('--tick <step>', 'refuse prices that are no multiple of it')
      .option(...COLUMNS_FLAG)
      .option(...TIME_UNIT_FLAG);
    const file = parseWithFile(command, words, ['symbol', 'interval'], () => rowProblems(command.opts()));
    const { symbol = '', interval = '', ...flags } = command.opts();
    return withDatabase((db) => importCommand(db, { ...flags, file, symbol, interval }, context));
  },
  async fetch(words) {
    const command = named('fetch')
      .option('--source <vendor>', 'alpaca, or ccxt:EXCHANGE such as ccxt:binance')
      .option('--symbol <symbol>', 'as the vendor has it: AAPL, BTC/USD, BTC/USDT')
      .option('--interval <interval>', '1m to 1w, as far as the vendor has it')
      .option('--store-as <symbol>', 'another name to store them under, such as BTC/USDT:KRAKEN')
      .option('--from <instant>', 'the first open time, ISO-8601; without it goes on after what is stored')
      .option('--to <instant>', 'the first open time that is left out; now when not given')
      .option('--accept-jumps', 'moves of over 50 % are real: do not quarantine')
      .option('--replace', 'overwrite stored bars that the vendor has revised, and bars from elsewhere');
    parseAll(command, words, ['source', 'symbol', 'interval'], () => fetchProblems(command.opts()));
    const { source = '', symbol = '', interval = '', from, to, acceptJumps = false, replace = false } = command.opts();
    const { storeAs } = command.opts();
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const market = configuredMarkets(parseEnvironment().markets);
    const name = storeAs === undefined ? {} : { storeAs };
    const args = { source, symbol, interval, acceptJumps, replace, ...range, ...name };
    return withDatabase((db) => fetchCommand(db, args, { ...context, market }));
  },
  async export(words) {
    const command = named('export')
      .option('--symbol <symbol>', 'BTC/USDT, AAPL')
      .option('--interval <interval>', '1s to 1w: 1m 5m 1h 4h 1d')
      .option('--out <file>', 'packed when the name ends in .gz')
      .option('--as <interval>', 'joins the bars into higher ones; what is not complete is left out')
      .option('--from <instant>', 'the first open time, ISO-8601')
      .option('--to <instant>', 'the first open time that is left out');
    parseAll(command, words, ['symbol', 'interval', 'out'], () => exportProblems(command.opts()));
    const { symbol = '', interval = '', out = '', as: higher, from, to } = command.opts();
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const shape = higher === undefined ? {} : { as: higher };
    return withDatabase((db) => exportCommand(db, { symbol, interval, out, ...shape, ...range }));
  },
  async list(words) {
    parseAll(named('list'), words);
    return withDatabase(listCommand);
  },
  async check(words) {
    const command = named('check', 'FILE')
      .option('--symbol <symbol>', 'whose bars they are; the start of the name of the file when not given')
      .option('--interval <interval>', 'measured when not given')
      .option('--kind <kind>', 'bars or quotes; told by the columns when not given')
      .option('--tick <step>', 'refuse prices that are no multiple of it')
      .option('--whole-units', 'refuse fractions of a unit in the volume')
      .option(...COLUMNS_FLAG)
      .option(...TIME_UNIT_FLAG)
      .option('--html <file>', 'a page of the quality of the data');
    const file = parseWithFile(command, words, [], () => checkProblems(command.opts()));
    return checkCommand({ file, ...command.opts() }, context);
  },
  async synth(words) {
    const command = named('synth')
      .option('--symbol <symbol>', 'BTC/USDT, AAPL')
      .option('--interval <interval>', '1s to 1w: 1m 5m 1h 4h 1d')
      .option('--count <number>', 'how many bars', '2000')
      .option('--seed <number>', 'the same seed gives the same bars', '1')
      .option('--out <file>', 'into a file in place of the database')
      .option('--replace', 'remove other bars of this symbol and interval first');
    parseAll(command, words, ['symbol', 'interval'], () => synthProblems(command.opts()));
    const { symbol = '', interval = '', count, seed, out, replace = false } = command.opts();
    const args = { symbol, interval, count, seed, replace, ...(out === undefined ? {} : { out }) };
    return args.out === undefined
      ? withDatabase((db) => synthCommand(async () => db, args, context))
      : synthCommand(() => Promise.reject(new Error('a file needs no database')), args, context);
  },
};

const named = (name: string, usage = '') =>
  new Command(`bars ${name}`).usage(`${usage} [options]`.trim()).option('--json', 'one JSON document on stdout');

type Check = () => readonly Problem[];
const NO_MORE: Check = () => [];

/** All mistakes at once; `check` adds what is wrong with the values that this command alone has. */
function parseAll(command: ReturnType<typeof named>, words: Words, required: Words = [], check: Check = NO_MORE): void {
  const options = (): Readonly<Record<string, unknown>> => command.opts();
  const missing = (): Problem[] =>
    required
      .filter((name) => options()[name] === undefined && !words.some((word) => word.split('=')[0] === `--${name}`))
      .map((name) => problem('ARGUMENT_MISSING', `--${name}`, undefined, `a value after --${name}`, 'see --help'));
  parseFlags(command, () => [...missing(), ...wrongNames(options()), ...check()], words);
}

const wrongNames = ({ symbol, interval }: Readonly<Record<string, unknown>>): readonly Problem[] => [
  ...(typeof symbol === 'string' ? [checkSymbol(symbol, '--symbol')].filter((one) => one !== null) : []),
  ...(typeof interval === 'string' ? problemsOf(() => parseInterval(interval, '--interval')) : []),
];

/** Takes the one word that belongs to no option as the file. */
function parseWithFile(command: ReturnType<typeof named>, words: Words, required: Words, check: Check): string {
  const at = filePosition(command, words);
  const help = words.includes('--help') || words.includes('-h');
  const rest = words.filter((_, i) => i !== at);
  if (at >= 0 || help) parseAll(command, rest, required, check);
  const file = words[at];
  if (file !== undefined) return file;
  const noFile = problem('ARGUMENT_MISSING', 'FILE', undefined, 'a bar file', 'see --help');
  throw new InvalidInput([noFile, ...problemsOf(() => parseAll(command, rest, required, check))]);
}

/** The first word that is neither a flag nor the value of one. */
function filePosition(command: ReturnType<typeof named>, words: Words): number {
  const takesValue = (word: string | undefined): boolean =>
    command.options.some((option) => option.long === word && (option.required || option.optional));
  return words.findIndex((word, i) => !word.startsWith('-') && !takesValue(words[i - 1]));
}

function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

const withDatabase = (work: (db: Database) => Promise<Answer>): Promise<Answer> => onDatabase({ name: 'bars' }, work);

async function main(): Promise<number> {
  const [name = '', ...words] = process.argv.slice(2);
  if (name === '--help' || name === '-h') return printUsage();
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(name);
  const { document, lines, exitCode } = await command(words);
  if (wantsJson()) printJson(document);
  else process.stdout.write(`${lines.join('\n')}\n`);
  return exitCode;
}

function printUsage(): number {
  process.stdout.write(`Usage: bars ${Object.keys(commands).join('|')} [options]; each has its own --help\n`);
  return 0;
}

function unknownCommand(name: string): InvalidInput {
  const names = Object.keys(commands);
  const near = nearestName(name, names);
  const hint = near === null ? 'npm run bars -- import FILE --symbol S --interval I' : `did you mean ${near}?`;
  return new InvalidInput([problem('ARGUMENT_UNKNOWN', 'command', name, names.join(' | '), hint)]);
}

await runScript(main);
