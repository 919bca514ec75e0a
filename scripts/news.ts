/**
 * `npm run news -- import | fetch | list | trend`: news in and out of the desk's database. What is listed is what was
 * known at the instant asked about. Only Postgres has to be up.
 */
import { createAlpacaNews } from '../adapters/news/alpaca-news.ts';
import { createFileNews } from '../adapters/news/file-news.ts';
import type { NewsSource } from '../adapters/news/news-source.ts';
import { createRssNews } from '../adapters/news/rss-news.ts';
import { parseEnvironment } from '../config/environment.ts';
import type { Database } from '../db/tables.ts';
import { checkSymbol } from '../domain/market/symbol.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { VendorFailure } from '../schemas/vendor-failure.ts';
import { type Answer, instantArgument } from './lib/bars/answer.ts';
import { type CommandTable, named as namedOf, parseWithWord, parseWords, runCommand } from './lib/command-table.ts';
import { listNews, newsTrend, storeNews } from './lib/news/news-commands.ts';
import { runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.now();
const named = (name: string, usage = '') => namedOf('news', name, usage);
const onDatabase = (work: (db: Database) => Promise<Answer>): Promise<Answer> => withDatabase({ name: 'news' }, work);
const store = (source: NewsSource): Promise<Answer> => onDatabase((db) => storeNews(db, source, nowMs));

const commands: CommandTable = {
  async import(words) {
    const command = named('import', 'FILE')
      .option('--symbols <list>', 'for items that name none: BTC/USDT,AAPL')
      .option('--known-as-published', 'an item without known_at was known when it was published, not now');
    const file = parseWithWord(command, words, 'FILE', () => symbolProblems(command.opts().symbols));
    const { symbols, knownAsPublished = false } = command.opts();
    return store(createFileNews({ file, symbols: listOf(symbols), knownAsPublished }));
  },
  async fetch(words) {
    const command = named('fetch')
      .option('--source <name>', 'rss or alpaca')
      .option('--url <address>', 'of the feed (rss)')
      .option('--symbols <list>', 'rss: what the feed is about; alpaca: what to ask for, all when not given')
      .option('--from <instant>', 'alpaca: published from, a day ago when not given')
      .option('--to <instant>', 'alpaca: published until, now when not given')
      .option('--known-as-published', 'alpaca: known when it was updated last, not now');
    const range: { fromMs: number | null; toMs: number | null } = { fromMs: null, toMs: null };
    parseWords(command, words, () => {
      const { symbols, from, to } = command.opts();
      const problems = [...sourceProblems(command.opts()), ...symbolProblems(symbols)];
      range.fromMs = instantArgument('--from', from, problems);
      range.toMs = instantArgument('--to', to, problems);
      if (range.fromMs !== null && range.toMs !== null && range.fromMs >= range.toMs) {
        problems.push(problem('INPUT_RANGE', '--to', to, `an instant after --from ${from}`));
      }
      return problems;
    });
    const { source, url = '', symbols: list, knownAsPublished = false } = command.opts();
    const { markets } = parseEnvironment();
    const symbols = listOf(list);
    if (source === 'rss') return store(createRssNews({ url, symbols, allowLoopback: markets.allowLoopback }));
    const toMs = range.toMs ?? nowMs;
    const question = { symbols, fromMs: range.fromMs ?? toMs - DAY_MS, toMs, knownAsPublished };
    return store(createAlpacaNews(markets, question));
  },
  async list(words) {
    const command = named('list')
      .option('--symbol <symbol>', 'the whole market when not given')
      .option('--as-of <instant>', 'what was known then; now when not given')
      .option('--days <number>', 'how far back from there', '7');
    let asOfMs: number | null = null;
    parseWords(command, words, () => {
      const { symbol, asOf, days } = command.opts();
      const wrongSymbol = symbol === undefined ? null : checkSymbol(symbol, '--symbol');
      const problems = [...(wrongSymbol === null ? [] : [wrongSymbol]), ...daysProblems(days)];
      asOfMs = instantArgument('--as-of', asOf, problems);
      return problems;
    });
    const { symbol = null, days } = command.opts();
    const toMs = asOfMs ?? nowMs;
    const question = { symbol, fromMs: toMs - Number(days) * DAY_MS, toMs, asOfMs: toMs };
    return onDatabase((db) => listNews(db, question));
  },
  async trend(words) {
    const command = named('trend').option('--as-of <instant>', 'what was known then; now when not given');
    let asOfMs: number | null = null;
    parseWords(command, words, () => {
      const problems: Problem[] = [];
      asOfMs = instantArgument('--as-of', command.opts().asOf, problems);
      return problems;
    });
    return onDatabase((db) => newsTrend(db, asOfMs ?? nowMs));
  },
};

const listOf = (text = ''): string[] => text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));

const symbolProblems = (text: string | undefined): Problem[] =>
  listOf(text)
    .map((one) => checkSymbol(one, '--symbols'))
    .filter((one) => one !== null);

const daysProblems = (days: string): Problem[] =>
  /^[1-9]\d{0,3}$/.test(days) ? [] : [problem('ARGUMENT_VALUE', '--days', days, 'a whole number from 1 to 9999')];

type FetchFlags = {
  readonly source?: string;
  readonly url?: string;
  readonly from?: string;
  readonly to?: string;
  readonly knownAsPublished?: true;
};

/** A feed tells what it has, under its address; Alpaca is asked for a time. */
function sourceProblems({ source, url, from, to, knownAsPublished }: FetchFlags): Problem[] {
  if (source !== 'rss' && source !== 'alpaca') return [problem('ARGUMENT_VALUE', '--source', source, 'rss or alpaca')];
  const missing =
    source === 'rss' && url === undefined ? [problem('ARGUMENT_MISSING', '--url', undefined, 'a feed address')] : [];
  const others = source === 'rss' ? { from, to, 'known-as-published': knownAsPublished } : { url };
  const strays = Object.entries(others).filter(([, value]) => value !== undefined);
  return [
    ...missing,
    ...strays.map(([name]) => problem('ARGUMENT_CONFLICT', `--${name}`, `with --source ${source}`, 'leave it out')),
  ];
}

await runScript(() =>
  runCommand('news', commands, process.argv.slice(2)).catch((error: unknown) => {
    if (error instanceof VendorFailure) throw new InvalidInput(error.problems, 1);
    throw error;
  }),
);
