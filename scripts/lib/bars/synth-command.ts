/**
 * `npm run bars -- synth --symbol S --interval I --count N --seed N [--out F]`: seeded bars into a file, or without
 * --out into Postgres. They never mix with bars from elsewhere.
 */
import type { Database } from '../../../db/tables.ts';
import { exactBar } from '../../../domain/market/bar-columns.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { syntheticName } from '../../../domain/market/data-origins.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { intervalText } from '../../../schemas/interval.ts';
import type { Bar } from '../../../schemas/market.ts';
import type { Problem } from '../../../schemas/problem.ts';
import { wholeNumber } from '../flags.ts';
import { outputProblems } from '../whole-file.ts';
import { type Answer, type BarsContext, checkNames, type Names, rangeOf } from './answer.ts';
import { importDocument } from './import-command.ts';
import { importBars } from './store-bars.ts';
import { writeBarFile } from './write-bar-file.ts';

const BARS_PER_BATCH = 20_000;
const SYNTHETIC_COUNT_MAX = 1_000_000;
const SEED_MAX = 4_294_967_295;

export type SynthArguments = Names & {
  readonly count: string;
  readonly seed: string;
  readonly replace: boolean;
  readonly out?: string;
};

type Seeded = Pick<SynthArguments, 'count' | 'seed' | 'out'>;

/** What can be told of the flags before a bar is made. */
export function synthProblems({ count, seed, out }: Seeded): Problem[] {
  const problems = outputProblems('--out', out);
  wholeNumber('--count', count, 1, SYNTHETIC_COUNT_MAX, problems);
  wholeNumber('--seed', seed, 0, SEED_MAX, problems);
  return problems;
}

/** Makes seeded bars: into a file with `out`, else into Postgres like an import. */
export async function synthCommand(
  openDb: () => Promise<Database>,
  args: SynthArguments,
  { nowMs }: BarsContext,
): Promise<Answer> {
  const intervalMs = checkNames(args, synthProblems(args));
  const [count, seed] = [Number(args.count), Number(args.seed)];
  const series = syntheticSeries({ symbol: args.symbol, intervalMs, count, seed });
  const what = `${count} synthetic bars of ${args.symbol} ${intervalText(intervalMs)}, seed ${seed}`;
  if (args.out !== undefined) {
    const rows = await writeBarFile(args.out, seriesBatches(series));
    const document = { ok: true, symbol: args.symbol, intervalMs, rows, seed, ...rangeOf(series), out: args.out };
    return { exitCode: 0, document, lines: [`${args.out}: ${what}`] };
  }
  const bars = { series, exactTexts: new Map<number, string>() };
  const request = { sourceName: syntheticName(seed), bars, acceptJumps: false, replace: args.replace, nowMs };
  const result = await importBars(await openDb(), request);
  const document = { ok: true, rows: count, seed, ...importDocument(result), ...rangeOf(series) };
  return { exitCode: 0, document, lines: [`stored ${what}`, `  dataHash ${result.dataSet.dataHash}`] };
}

async function* seriesBatches(series: BarSeries): AsyncGenerator<Bar[]> {
  const count = series.openTimeMs.length;
  for (let from = 0; from < count; from += BARS_PER_BATCH) {
    const size = Math.min(BARS_PER_BATCH, count - from);
    yield Array.from({ length: size }, (_, i) => exactBar(series, new Map(), from + i));
  }
}
