/** Changes of the regime, written with the walk that saw them. */
import type { RegimeTransition } from '../../domain/backtest/regime-transitions.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database } from '../tables.ts';

/** Of one run of a session; one that is there already stays. */
export async function insertRegimeTransitions(
  trx: Database,
  { sessionId, run }: Pick<SessionHandle, 'sessionId' | 'run'>,
  transitions: readonly RegimeTransition[],
): Promise<void> {
  const rows = transitions.map((one) => ({
    ...{ session_id: sessionId, run, symbol: one.symbol, at: toInstant(one.atMs) },
    ...{ bar_interval_ms: one.barIntervalMs, from_regime: one.from, to_regime: one.to },
    ...{ from_volatility: one.volatilityFrom, to_volatility: one.volatilityTo, confidence: one.confidence },
  }));
  await insertRows(trx, 'regime_transitions', rows, { onConflict: 'nothing' });
}
