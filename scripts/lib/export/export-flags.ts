/** The flags of `npm run export -- NAME`: each export has those that mean something for it; all mistakes at once. */
import type { ExportName } from '../../../db/export/catalogue.ts';
import type { ExportFilter } from '../../../db/export/export-table.ts';
import { checkSymbol } from '../../../domain/market/symbol.ts';
import { tradingModeSchema } from '../../../schemas/governance.ts';
import { parseInterval } from '../../../schemas/interval.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { instantArgument } from '../bars/answer.ts';
import { named, parseWords } from '../command-table.ts';
import { outputProblems } from '../whole-file.ts';
import { EXPORT_FORMATS, type ExportFormat, type ExportRequest } from './export-command.ts';

const MODES = tradingModeSchema.options;

/** @throws InvalidInput with every mistake */
export function exportFlags(name: ExportName, words: readonly string[]): ExportRequest {
  const command = named('export', name)
    .option('--format <format>', EXPORT_FORMATS.join(', '))
    .option('--out <file>', 'packed when the name ends in .gz (jsonl and csv); replaced when it is there')
    .option('--from <instant>', 'the first instant, ISO-8601')
    .option('--to <instant>', 'the first instant that is left out')
    .option('--symbol <symbol>', 'only this one: BTC/USDT, AAPL');
  if (name === 'bars') command.option('--interval <interval>', 'only this one: 1m 5m 1h 4h 1d');
  else {
    command.option('--session <id>', 'only this session');
    command.option('--mode <mode>', `only accounts of this mode: ${MODES.join(', ')}`);
  }
  if (name === 'training') command.option('--scored', 'only decisions whose outcome is known');
  const read: { request: ExportRequest | null } = { request: null };
  parseWords(command, words, () => {
    const problems: Problem[] = [];
    read.request = requestOf(name, command.opts() as Flags, words, problems);
    return problems;
  });
  return read.request as ExportRequest;
}

type Flags = Readonly<
  Partial<Record<'format' | 'out' | 'from' | 'to' | 'symbol' | 'interval' | 'session' | 'mode', string>>
> & { readonly scored?: boolean };

function requestOf(name: ExportName, flags: Flags, words: readonly string[], problems: Problem[]): ExportRequest {
  const { out = '', symbol = null, session = null } = flags;
  for (const flag of ['--format', '--out'] as const) {
    const isThere = words.some((word) => word.split('=')[0] === flag);
    if (!isThere) problems.push(problem('ARGUMENT_MISSING', flag, undefined, `a value after ${flag}`, 'see --help'));
  }
  problems.push(...outputProblems('--out', flags.out));
  const format = oneOf('--format', flags.format, EXPORT_FORMATS, problems);
  if (format === 'parquet' && out.endsWith('.gz')) {
    problems.push(problem('ARGUMENT_VALUE', '--out', out, 'another name: parquet is packed inside'));
  }
  const wrongSymbol = symbol === null ? null : checkSymbol(symbol, '--symbol');
  if (wrongSymbol !== null) problems.push(wrongSymbol);
  const filter: ExportFilter = {
    ...range(flags, problems),
    symbol,
    sessionId: session,
    tradingMode: oneOf('--mode', flags.mode, MODES, problems),
    barIntervalMs: interval(flags.interval, problems),
    scored: flags.scored === true,
  };
  return { name, format: format ?? ('jsonl' satisfies ExportFormat), out, filter };
}

function range({ from, to }: Flags, problems: Problem[]) {
  const fromMs = instantArgument('--from', from, problems);
  const toMs = instantArgument('--to', to, problems);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    problems.push(problem('INPUT_RANGE', '--to', to, `an instant after --from ${from}`));
  }
  return { fromMs, toMs };
}

function oneOf<T extends string>(
  flag: string,
  text: string | undefined,
  known: readonly T[],
  problems: Problem[],
): T | null {
  const found = known.find((one) => one === text);
  if (text === undefined || found !== undefined) return found ?? null;
  const near = nearestName(text, known);
  problems.push(problem('ARGUMENT_VALUE', flag, text, known.join(' | '), near === null ? '' : `did you mean ${near}?`));
  return null;
}

function interval(text: string | undefined, problems: Problem[]): number | null {
  try {
    return text === undefined ? null : parseInterval(text, '--interval');
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems);
    return null;
  }
}
