/**
 * `npm run bars -- export --symbol S --interval I --out F [--as I] [--from ISO] [--to ISO]`: stored bars into a
 * file, as they are or joined into higher ones.
 */
import { barRange, readExactBars } from '../../../db/bars.ts';
import { listDataSets } from '../../../db/data-sets.ts';
import type { Database } from '../../../db/tables.ts';
import { createBarJoiner } from '../../../domain/market/join-bars.ts';
import { intervalText, parseInterval } from '../../../schemas/interval.ts';
import type { Bar } from '../../../schemas/market.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { outputProblems } from '../whole-file.ts';
import { type Answer, checkNames, instantArgument, type Names } from './answer.ts';
import { writeBarFile } from './write-bar-file.ts';

const BARS_PER_BATCH = 20_000;

/** `as`: the interval of the higher bars that are written; one that is not complete is left out. */
export type ExportArguments = Names & {
  readonly out: string;
  readonly as?: string;
  readonly from?: string;
  readonly to?: string;
};

type Asked = Partial<ExportArguments>;

/** The range and the higher interval; mistakes go to `problems`. */
function readAsked({ as, interval, from, to, out }: Asked, problems: Problem[]) {
  problems.push(...outputProblems('--out', out));
  const [fromMs, toMs] = [instantArgument('--from', from, problems), instantArgument('--to', to, problems)];
  if (fromMs !== null && toMs !== null && fromMs >= toMs)
    problems.push(problem('INPUT_RANGE', '--to', to, `an instant after --from ${from}`));
  return { from: fromMs, to: toMs, higherMs: higherInterval(as, interval, problems) };
}

/** What can be told of the flags before a bar is read. */
export function exportProblems(asked: Asked): Problem[] {
  const problems: Problem[] = [];
  readAsked(asked, problems);
  return problems;
}

/** `from` is inclusive, `to` exclusive. @throws InvalidInput DATA_EMPTY when nothing is stored there */
export async function exportCommand(db: Database, args: ExportArguments): Promise<Answer> {
  const problems: Problem[] = [];
  const { from, to, higherMs } = readAsked(args, problems);
  const intervalMs = checkNames(args, problems);
  const { symbol, out } = args;
  const range = await barRange(db, symbol, intervalMs);
  const fromMs = Math.max(from ?? Number.NEGATIVE_INFINITY, range?.fromMs ?? 0);
  const endMs = Math.min(to ?? Number.POSITIVE_INFINITY, (range?.toMs ?? -1) + 1);
  if (range === undefined || fromMs >= endMs) throw await nothingToExport(db, symbol, intervalMs);
  const stored = storedBatches(db, symbol, intervalMs, fromMs, endMs);
  const writtenMs = higherMs ?? intervalMs;
  const interval = intervalText(writtenMs);
  const rows = await writeBarFile(out, higherMs === null ? stored : joined(stored, intervalMs, higherMs));
  return {
    exitCode: 0,
    document: { ok: true, symbol, intervalMs: writtenMs, interval, rows, fromMs, toMs: endMs, out },
    lines: [`${out}: ${rows} bars of ${symbol} ${interval}`],
  };
}

/** A whole multiple of the stored interval; null = the stored bars themselves. */
function higherInterval(text: string | undefined, interval = '', problems: Problem[]): number | null {
  if (text === undefined) return null;
  try {
    const higherMs = parseInterval(text, '--as');
    if (higherMs % parseInterval(interval) === 0) return higherMs;
    problems.push(problem('INPUT_RANGE', '--as', text, `a whole multiple of ${interval}`));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    problems.push(...error.problems.filter(({ path }) => path === '--as'));
  }
  return null;
}

async function* joined(
  batches: AsyncIterable<readonly Bar[]>,
  intervalMs: number,
  higherMs: number,
): AsyncGenerator<Bar[]> {
  const join = createBarJoiner(intervalMs, higherMs);
  for await (const bars of batches) yield bars.flatMap(join);
}

async function* storedBatches(
  db: Database,
  symbol: string,
  intervalMs: number,
  fromMs: number,
  endMs: number,
): AsyncGenerator<Bar[]> {
  const spanMs = BARS_PER_BATCH * intervalMs;
  for (let startMs = fromMs; startMs < endMs; startMs += spanMs) {
    yield await readExactBars(db, symbol, intervalMs, startMs, Math.min(startMs + spanMs, endMs));
  }
}

async function nothingToExport(db: Database, symbol: string, intervalMs: number): Promise<InvalidInput> {
  const sets = await listDataSets(db);
  const near = nearestName(symbol, [...new Set(sets.map((one) => one.symbol))]);
  const hint = near === null || near === symbol ? 'npm run bars -- list' : `did you mean ${near}?`;
  const got = `no ${intervalText(intervalMs)} bars of ${symbol} in this range`;
  return new InvalidInput([problem('DATA_EMPTY', 'bars', got, 'at least one bar', hint, got)]);
}
