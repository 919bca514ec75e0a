/** `npm run bars -- list`: every data set in Postgres with its range, gaps and quarantine. */
import { barRange } from '../../../db/bars.ts';
import { listDataSets } from '../../../db/data-sets.ts';
import type { Database } from '../../../db/tables.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import { calendarOf } from '../../../domain/market/calendar.ts';
import { missingTotal } from '../../../domain/market/gaps.ts';
import { intervalText } from '../../../schemas/interval.ts';
import type { Answer } from './answer.ts';

export async function listCommand(db: Database): Promise<Answer> {
  const dataSets = await listDataSets(db);
  const rows = await Promise.all(
    dataSets.map(async (set) => ({
      symbol: set.symbol,
      intervalMs: set.intervalMs,
      interval: intervalText(set.intervalMs),
      calendar: calendarOf(set.symbol),
      sourceName: set.sourceName,
      rows: set.rowCount,
      ...storedRange(await barRange(db, set.symbol, set.intervalMs)),
      gapCount: set.gaps.length,
      missingCount: missingTotal(set.gaps),
      quarantined: set.quarantined,
      dataHash: set.dataHash,
      importedAtMs: set.importedAtMs,
    })),
  );
  const lines = rows.map((row) => {
    const range = row.fromMs === null ? 'no bars' : `${isoText(row.fromMs)} to ${isoText(row.toMs ?? row.fromMs)}`;
    const state = row.quarantined === null ? '' : `  QUARANTINED ${row.quarantined}`;
    const gaps = `${row.gapCount} gaps, ${row.missingCount} missing`;
    const bars = String(row.rows).padStart(8);
    return `${row.symbol.padEnd(14)} ${row.interval.padEnd(4)} ${bars}  ${range}  ${gaps}${state}`;
  });
  const none = 'no bars stored yet: npm run bars -- import FILE --symbol S --interval I';
  return { exitCode: 0, document: { ok: true, dataSets: rows }, lines: lines.length === 0 ? [none] : lines };
}

const storedRange = (range: { fromMs: number; toMs: number } | undefined) => ({
  fromMs: range?.fromMs ?? null,
  toMs: range?.toMs ?? null,
});
