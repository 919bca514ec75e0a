/**
 * What a session's trades have brought, where others than its own walk close them: at a network venue. Its checkpoint
 * counts them as a walk would, busts included; a session that has ended keeps the figures of its report.
 */
import { sql } from 'kysely';
import { decimalText, toDecimal, ZERO } from '../domain/decimal.ts';
import type { TradeCorrection } from '../domain/execution/take-back.ts';
import type { ClosedTrade } from '../schemas/execution.ts';
import type { Database } from './tables.ts';

/** The caller holds the account's lock: a walk reads and writes the checkpoint under it. */
export async function addResults(
  trx: Database,
  sessionId: string | null,
  closed: readonly ClosedTrade[],
  corrections: readonly TradeCorrection[],
): Promise<void> {
  if (sessionId === null || closed.length + corrections.length === 0) return;
  const counted = [...closed, ...corrections.flatMap(({ after }) => after ?? [])];
  const gone = corrections.flatMap(({ before }) => before ?? []);
  const pnl = decimalText(pnlOf(counted).minus(pnlOf(gone)));
  const trades = counted.length - gone.length;
  await sql`update sessions set checkpoint = jsonb_set(jsonb_set(checkpoint,
      '{realizedPnl}', to_jsonb(((checkpoint ->> 'realizedPnl')::numeric + ${pnl}::numeric)::text)),
      '{counters,tradesExecuted}', to_jsonb((checkpoint #>> '{counters,tradesExecuted}')::int + ${trades}::int))
    where session_id = ${sessionId} and state = 'open'`.execute(trx);
}

const pnlOf = (trades: readonly ClosedTrade[]) => trades.reduce((sum, one) => sum.plus(toDecimal(one.pnl)), ZERO);
