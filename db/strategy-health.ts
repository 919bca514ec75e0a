/** Which strategies may open nothing, and why: the Strategy Officer's list, read by the gate with the order. */
import { InvalidInput, problem } from '../schemas/problem.ts';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { Database } from './tables.ts';

export type StrategyStanding = {
  readonly strategyId: string;
  readonly disabled: boolean;
  readonly reason: string;
  readonly setBy: string;
  readonly correlationId: string | null;
  readonly atMs: number;
};

/** undefined: nobody has judged it. */
export async function strategyStanding(db: Database, strategyId: string): Promise<StrategyStanding | undefined> {
  const query = db.selectFrom('strategy_health').selectAll().where('strategy_id', '=', strategyId);
  const row = await query.executeTakeFirst();
  if (row === undefined) return undefined;
  const { disabled, reason, set_by: setBy, correlation_id: correlationId, at } = row;
  return { strategyId, disabled, reason, setBy, correlationId, atMs: at.getTime() };
}

/** Writes how strategies stand now, new or known. Events of it are the caller's to append, after this. */
export async function writeStandings(trx: Database, standings: readonly StrategyStanding[]): Promise<void> {
  const rows = standings.map((one) => ({
    strategy_id: one.strategyId,
    disabled: one.disabled,
    reason: one.reason,
    set_by: one.setBy,
    correlation_id: one.correlationId,
    at: toInstant(one.atMs),
  }));
  await upsertRows(trx, 'strategy_health', ['strategy_id'], rows);
}

export type Enabling = Pick<StrategyStanding, 'strategyId' | 'reason' | 'setBy' | 'atMs'>;

/**
 * A person's word that a strategy may open again; trades that closed before count for it no more.
 * @throws InvalidInput STRATEGY_NOT_DISABLED, INPUT_REQUIRED without a reason
 */
export async function enableStrategy(trx: Database, enabling: Enabling): Promise<void> {
  const { strategyId, reason, setBy, atMs } = enabling;
  const standing = await strategyStanding(trx, strategyId);
  const problems = [
    ...(standing?.disabled === true
      ? []
      : [problem('STRATEGY_NOT_DISABLED', 'strategy', strategyId, 'a strategy that is disabled')]),
    ...(reason.trim() === '' ? [problem('INPUT_REQUIRED', 'reason', reason, 'why', 'for the next person')] : []),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
  await writeStandings(trx, [{ ...enabling, disabled: false, correlationId: null }]);
  const body = { strategyId, reason, setBy, was: standing?.reason ?? null };
  await appendAudit(trx, [{ kind: 'strategy_enabled', body, atMs }]);
  await appendEvents(trx, [{ type: 'strategy_enabled', payload: body, correlationId: null, atMs }]);
}
