/** `npm run bars -- import FILE --symbol S --interval I`: checks a file and stores it, all or nothing. */
import type { DataSet } from '../../../db/data-sets.ts';
import type { Database } from '../../../db/tables.ts';
import { calendarOf } from '../../../domain/market/calendar.ts';
import { missingTotal } from '../../../domain/market/gaps.ts';
import { intervalText } from '../../../schemas/interval.ts';
import {
  type Answer,
  type BarsContext,
  checkNames,
  gapLines,
  type Names,
  progressTeller,
  rangeOf,
  rangeText,
  warningLines,
} from './answer.ts';
import { fileShape, rowProblems, type ShapeFlags } from './shape-flags.ts';
import { type ImportResult, importBarFile } from './store-bars.ts';

export type ImportArguments = Names & {
  readonly file: string;
  readonly acceptJumps?: boolean;
  readonly replace?: boolean;
  readonly wholeUnits?: boolean;
  /** The step of prices; others are refused. */
  readonly tick?: string;
} & ShapeFlags;

/** @throws InvalidInput with every problem of the arguments or of the file */
export async function importCommand(db: Database, args: ImportArguments, context: BarsContext): Promise<Answer> {
  const intervalMs = checkNames(args, rowProblems(args));
  const shape = fileShape(args, []);
  const { symbol, acceptJumps = false, replace = false, wholeUnits = false, tick = null } = args;
  const onProgress = await progressTeller(args.file, context.say);
  const { nowMs } = context;
  const part = { acceptJumps, replace, wholeUnits, tick, ...shape, pipes: true };
  const options = { symbol, intervalMs, ...part, nowMs, onProgress };
  const result = await importBarFile(db, args.file, options);
  const { parsed, dataSet } = result;
  return {
    exitCode: 0,
    document: {
      ok: true,
      ...importDocument(result),
      ...rangeOf(parsed.series),
      calendar: calendarOf(symbol),
      rows: parsed.series.openTimeMs.length,
      gaps: parsed.gaps,
      missingCount: missingTotal(parsed.gaps),
      jumpCount: parsed.jumpCount,
      warnings: parsed.warnings,
    },
    lines: [
      `${args.file}: ${parsed.series.openTimeMs.length} bars of ${symbol} ${intervalText(intervalMs)}`,
      `  ${rangeText(parsed.series)}`,
      `  ${result.inserted} new, ${result.changed} changed, ${result.same} as stored; ${dataSet.rowCount} stored now`,
      ...gapLines(parsed.gaps),
      ...warningLines(parsed.warnings),
      ...quarantineLines(dataSet),
      `  dataHash ${dataSet.dataHash}`,
    ],
  };
}

/** What is stored now, for documents. */
export const importDocument = ({ dataSet, inserted, changed, same }: ImportResult) => ({
  symbol: dataSet.symbol,
  intervalMs: dataSet.intervalMs,
  interval: intervalText(dataSet.intervalMs),
  inserted,
  changed,
  same,
  storedRows: dataSet.rowCount,
  quarantined: dataSet.quarantined,
  dataHash: dataSet.dataHash,
});

const quarantineLines = ({ quarantined }: DataSet): string[] =>
  quarantined === null ? [] : [`  quarantined for live and paper: ${quarantined}`];
