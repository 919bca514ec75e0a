/**
 * Between two bars: the leg of a pair that has lost its partner is ended at once, instead of at the next close. The
 * same look as at every bar (`lone-leg.ts`); with both legs there, or none, nothing happens.
 */
import { decideExit } from './decide-exit.ts';
import { NO_ROWS } from './finish-walk.ts';
import { cancelLoneEntry, loneLeg } from './lone-leg.ts';
import type { WalkBatch } from './walk-batch.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/**
 * @param mayExit false where this bar has had its exit between bars already:
 * the next bar tries again, as before the first
 */
export function unwindWalk(start: WalkState, cursor: number, context: WalkContext, mayExit: boolean): WalkBatch {
  const { state, orders, cancels } = cancelLoneEntry(start, context);
  const ended = new Map(orders.map((order) => [order.clientOrderId, order]));
  const batch: WalkBatch = { ...NO_ROWS, state, cursor, orders: ended, cancels };
  const lone = loneLeg(state, context);
  if (!mayExit || cursor === 0 || lone?.position === undefined || lone.exitAtWork) return batch;
  const decided = decideExit(state, lone.position, cursor, context, 'unpaired');
  return {
    ...batch,
    state: { ...state, sequence: state.sequence + 1 },
    decisions: [decided],
    awaited: [],
    handOver: decided.intents.length === 0 ? [] : [decided],
  };
}
