/** Backtests that were run by workflow: report, trades, fills, and wealth as packed doubles. Written once a run. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { BacktestFigures } from '../domain/backtest/backtest-figures.ts';
import { type ClosedTrade, closedTradeSchema, type Fill, fillSchema } from '../schemas/execution.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { sessionReportSchema } from '../schemas/strategy-session.ts';
import { endRun, type OpenRun, openRun, type ResearchRun } from './research-runs.ts';
import { inTransaction } from './retry.ts';
import { jsonText } from './storable.ts';
import type { Database } from './tables.ts';

export type StoredBacktest = {
  readonly report: SessionReport;
  readonly trades: readonly ClosedTrade[];
  readonly fills: readonly Fill[];
  /** Epoch ms of each close, and wealth there. */
  readonly closedAtMs: Float64Array;
  readonly equity: Float64Array;
};

export type BacktestStore = ReturnType<typeof createBacktestStore>;

export const createBacktestStore = (db: Database) => ({
  open: (run: OpenRun): Promise<ResearchRun> => inTransaction(db, (trx) => openRun(trx, run)),
  read: (runId: string) => readBacktest(db, runId),
  /** `figures` stand beside the report in the run's result. */
  save: (runId: string, backtest: StoredBacktest, figures: BacktestFigures, nowMs: number): Promise<void> =>
    inTransaction(db, async (trx) => {
      await insertBacktest(trx, runId, backtest);
      await endRun(trx, runId, { state: 'done', result: { report: backtest.report, figures }, nowMs });
    }),
});

async function insertBacktest(trx: Database, runId: string, backtest: StoredBacktest): Promise<void> {
  const { report, trades, fills, closedAtMs, equity } = backtest;
  const json = (value: unknown) => sql`${jsonText(value)}::jsonb`;
  await sql`insert into backtests (run_id, report, trades, fills, closed_at_ms, equity)
    values (${runId}, ${json(report)}, ${json(trades)}, ${json(fills)}, ${bytesOf(closedAtMs)}, ${bytesOf(equity)})
    on conflict do nothing`.execute(trx);
}

const bytesOf = (values: Float64Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

async function readBacktest(db: Database, runId: string): Promise<StoredBacktest | undefined> {
  const walked = await readWalked(db, runId);
  return walked && { ...walked, fills: await readFills(db, runId) };
}

/** Without its fills, which are half of it. Undefined for a run that has not ended. */
export async function readWalked(db: Database, runId: string): Promise<Omit<StoredBacktest, 'fills'> | undefined> {
  const row = await db
    .selectFrom('backtests')
    .select(['report', 'trades', 'closed_at_ms', 'equity'])
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    report: sessionReportSchema.parse(row.report),
    trades: z.array(closedTradeSchema).parse(row.trades),
    closedAtMs: doublesOf(row.closed_at_ms),
    equity: doublesOf(row.equity),
  };
}

export async function readFills(db: Database, runId: string): Promise<readonly Fill[]> {
  const { fills } = await db
    .selectFrom('backtests')
    .select('fills')
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return z.array(fillSchema).parse(fills);
}

/** A copy: the bytes of a driver need not lie where doubles may. */
const doublesOf = (bytes: Buffer): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);
