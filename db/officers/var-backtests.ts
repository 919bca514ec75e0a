/** Back-tests of the value at risk, one row a day, method and level. */
import { upsertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database } from '../tables.ts';

export type VarBacktestRow = {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly method: string;
  readonly level: number;
  readonly observations: number;
  readonly exceptions: number;
  readonly kupiecP: number | null;
  readonly independenceP: number | null;
  readonly coverageP: number | null;
  readonly zone: string | null;
};

export async function writeVarBacktests(trx: Database, rows: readonly VarBacktestRow[], atMs: number): Promise<void> {
  if (rows.length === 0) return;
  const columns = rows.map(({ kupiecP, independenceP, coverageP, ...row }) => ({
    ...row,
    kupiec_p: kupiecP,
    independence_p: independenceP,
    coverage_p: coverageP,
    at: toInstant(atMs),
  }));
  await upsertRows(trx, 'var_backtests', ['day', 'method', 'level'], columns);
}
