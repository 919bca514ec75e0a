/**
 * `npm run bars -- fetch --source alpaca|ccxt:EXCHANGE --symbol S --interval I --from ISO [--to ISO]`: a vendor's
 * closed bars into Postgres. Broken off, by kill -9 too, and asked for again, it goes on where it was.
 */
import { fetchBars, sourceNameOf } from '../../../adapters/market-data/fetch-bars.ts';
import type { VendorMarket, VendorName } from '../../../adapters/market-data/vendor-market.ts';
import { FetchBusy } from '../../../db/bar-fetches.ts';
import { barRange } from '../../../db/bars.ts';
import { readDataSet } from '../../../db/data-sets.ts';
import { createFetchStore } from '../../../db/fetch-store.ts';
import type { FinishedFetch } from '../../../db/finish-fetch.ts';
import type { Database } from '../../../db/tables.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { mixtureOf } from '../../../domain/market/data-origins.ts';
import { missingTotal } from '../../../domain/market/gaps.ts';
import { checkSymbol } from '../../../domain/market/symbol.ts';
import { intervalText } from '../../../schemas/interval.ts';
import { CCXT_ID_PATTERN } from '../../../schemas/market.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { VendorFailure } from '../../../schemas/vendor-failure.ts';
import { type Answer, type BarsContext, checkNames, gapLines, instantArgument, type Names } from './answer.ts';

export type FetchArguments = Names & {
  readonly source: string;
  /** Another symbol to store the bars under: those of two venues side by side. */
  readonly storeAs?: string;
  readonly from?: string;
  readonly to?: string;
  readonly acceptJumps: boolean;
  readonly replace: boolean;
};
export type FetchContext = BarsContext & { readonly market: (name: VendorName) => VendorMarket };

const PROGRESS_EVERY_MS = 2_000;
/** The vendor could not be reached, and a later try may go on; or it answered what cannot be used. */
const EXIT_UNREACHED = 3;
const EXIT_UNUSABLE = 1;

type Asked = Pick<FetchArguments, 'source' | 'from' | 'to' | 'storeAs'>;

/** The vendor and the range; mistakes go to `problems`. */
function readAsked({ source, from, to, storeAs }: Asked, problems: Problem[]) {
  const wrong = storeAs === undefined ? null : checkSymbol(storeAs, '--store-as');
  if (wrong !== null) problems.push(wrong);
  return {
    vendor: vendorName(source, problems),
    from: instantArgument('--from', from, problems),
    to: instantArgument('--to', to, problems),
  };
}

/** What can be told of the flags before anybody is asked; a source that is missing is told elsewhere. */
export function fetchProblems({ source = 'alpaca', ...asked }: Partial<Asked>): Problem[] {
  const problems: Problem[] = [];
  readAsked({ source, ...asked }, problems);
  return problems;
}

/** @throws InvalidInput with every problem of the arguments, or of what the vendor told */
export async function fetchCommand(db: Database, args: FetchArguments, context: FetchContext): Promise<Answer> {
  const problems: Problem[] = [];
  const { vendor, from, to } = readAsked(args, problems);
  const storedAs = args.storeAs ?? args.symbol;
  const intervalMs = checkNames(args, problems);
  const toMs = to ?? context.nowMs;
  const fromMs = from ?? (await lastStored(db, storedAs, intervalMs));
  if (!(fromMs < Math.min(toMs, context.nowMs))) throw new InvalidInput([rangeProblem(fromMs, toMs, context.nowMs)]);
  if (!args.replace) await refuseMixture(db, storedAs, intervalMs, sourceNameOf(vendor, args.symbol, storedAs));
  const request = { symbol: args.symbol, intervalMs, fromMs, toMs };
  const { replace, acceptJumps } = args;
  const onPage = progress(request, context.say);
  const options = { replace, acceptJumps, nowMs: Date.now, onPage, storedAs };
  try {
    const done = await fetchBars(context.market(vendor), createFetchStore(db), request, options);
    return answerOf(vendor, request, done.isResumed ? done.resumedAtMs : null, done.result, replace);
  } catch (error) {
    if (error instanceof FetchBusy) throw new InvalidInput([busyProblem(error)], EXIT_UNUSABLE);
    if (!(error instanceof VendorFailure)) throw error;
    throw new InvalidInput(error.problems, error.isTransient ? EXIT_UNREACHED : EXIT_UNUSABLE);
  }
}

const busyProblem = ({ message }: FetchBusy): Problem =>
  problem('FETCH_BUSY', 'bars', message, 'one fetch of these bars at a time', 'wait for it');

function vendorName(text: string, problems: Problem[]): VendorName {
  if (text === 'alpaca') return text;
  const exchange = text.startsWith('ccxt:') ? text.slice('ccxt:'.length) : '';
  if (!CCXT_ID_PATTERN.test(exchange)) {
    const hint = text === 'ccxt' ? 'name the exchange: ccxt:binance' : '';
    problems.push(problem('ARGUMENT_VALUE', '--source', text, 'alpaca, or ccxt:EXCHANGE such as ccxt:binance', hint));
  }
  return `ccxt:${exchange}`;
}

/** Without --from a fetch goes on after what is stored; the last stored bar is compared with the vendor's. */
async function lastStored(db: Database, symbol: string, intervalMs: number): Promise<number> {
  const stored = await barRange(db, symbol, intervalMs);
  if (stored !== undefined) return stored.toMs;
  const expected = 'the first open time, ISO-8601';
  throw new InvalidInput([
    problem('ARGUMENT_MISSING', '--from', undefined, expected, 'nothing is stored to go on from'),
  ]);
}

function rangeProblem(fromMs: number, toMs: number, nowMs: number): Problem {
  if (fromMs >= nowMs) return problem('INPUT_RANGE', '--from', isoText(fromMs), 'an instant in the past');
  return problem('INPUT_RANGE', '--to', isoText(toMs), `an instant after --from (${isoText(fromMs)})`);
}

/** Said before anything is fetched; the store says it again. */
async function refuseMixture(db: Database, symbol: string, intervalMs: number, sourceName: string): Promise<void> {
  const mixture = mixtureOf(await readDataSet(db, symbol, intervalMs), sourceName);
  if (mixture !== null) throw new InvalidInput([mixture]);
}

type Range = { readonly symbol: string; readonly intervalMs: number; readonly fromMs: number; readonly toMs: number };

function progress({ symbol, fromMs, toMs }: Range, say: (line: string) => void) {
  let toldAtMs = performance.now();
  return (untilMs: number, count: number): void => {
    if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = performance.now();
    const percent = Math.round(((untilMs - fromMs) / (toMs - fromMs)) * 100);
    say(`  ${symbol}: ${count} bars, ${Math.min(100, percent)} %, up to ${isoText(untilMs)}`);
  };
}

function answerOf(
  vendor: VendorName,
  range: Range,
  resumedAtMs: number | null,
  result: FinishedFetch,
  replace: boolean,
): Answer {
  const { dataSet, fetched, inserted, revised, same } = result;
  const { symbol, intervalMs } = range;
  const interval = intervalText(intervalMs);
  const gaps = dataSet.gaps.filter(({ fromMs }) => fromMs >= range.fromMs && fromMs < range.toMs);
  const { fromMs, toMs } = result;
  const counts = { fetched, inserted, revised, replaced: replace ? revised : 0, same, fromMs, toMs };
  const stored = { storedRows: dataSet.rowCount, quarantined: dataSet.quarantined, dataHash: dataSet.dataHash };
  const missingCount = missingTotal(gaps);
  return {
    exitCode: 0,
    document: {
      ok: true,
      source: vendor,
      symbol: dataSet.symbol,
      intervalMs,
      interval,
      resumedAtMs,
      ...counts,
      gaps,
      missingCount,
      ...stored,
    },
    lines: [
      `${vendor}: ${fetched} closed bars of ${symbol} ${interval}`,
      ...(resumedAtMs === null ? [] : [`  went on at ${isoText(resumedAtMs)}`]),
      ...(fromMs === null || toMs === null ? [] : [`  from ${isoText(fromMs)} to ${isoText(toMs)}`]),
      `  ${inserted} new, ${revised} revised by the vendor, ${same} as stored; ${dataSet.rowCount} stored now`,
      ...revisionLines(revised, replace),
      ...gapLines(gaps),
      ...(dataSet.quarantined === null ? [] : [`  quarantined for live and paper: ${dataSet.quarantined}`]),
      `  dataHash ${dataSet.dataHash}`,
    ],
  };
}

function revisionLines(revised: number, replace: boolean): string[] {
  if (revised === 0) return [];
  const what = replace
    ? 'the stored bars now have the vendor’s values'
    : 'the stored bars stay; --replace overwrites them';
  return [`  table bar_revisions tells both values: ${what}`];
}
