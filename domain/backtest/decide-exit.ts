/**
 * An exit between two bars: of a session that ends, or of the leg of a pair that lost its partner. A decision like any
 * other, recorded and gated; it knows the last close and nothing of what comes.
 */
import type { Decision } from '../../schemas/decision.ts';
import { type Decimal, toDecimal } from '../decimal.ts';
import type { BookPosition } from '../execution/book.ts';
import { decisionIdOf, orderHashOf } from '../execution/identity.ts';
import { gate } from '../risk/gate.ts';
import type { Decided } from './decided.ts';
import { gateInputOf } from './gate-input-of.ts';
import { planExit } from './propose-orders.ts';
import { marketOf, type WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** The instant after the last close: one millisecond later, so that a bar has one decision and flattening its own. */
export function afterLastClose(
  cursor: number,
  symbol: string,
  context: WalkContext,
): { close: Decimal; asOfMs: number } {
  const { bars } = marketOf(context, symbol);
  const indexes = context.timeline.indexes.get(symbol);
  let k = cursor - 1;
  while (k > 0 && (indexes?.[k] ?? -1) < 0) k -= 1;
  const index = Math.max(0, indexes?.[k] ?? 0);
  const asOfMs = (bars.openTimeMs[index] as number) + bars.intervalMs + 1;
  return { close: toDecimal(bars.close[index] as number), asOfMs };
}

/** Bar, flattening, unwinding: one decision each at every instant of a symbol. */
const UNWOUND_AFTER_MS = 2;

const instantClosedAtMs = (cursor: number, symbol: string, context: WalkContext): number =>
  (context.timeline.openTimeMs[cursor - 1] ?? 0) + marketOf(context, symbol).bars.intervalMs;

/**
 * Closes a position. Flattening fills at the last close; the leg of a pair that lost its partner goes out at
 * the next open, so its order is dated at the close of the instant and only its decision has an instant of its own.
 */
export function decideExit(
  state: WalkState,
  position: BookPosition,
  cursor: number,
  context: WalkContext,
  reason: 'flatten' | 'unpaired',
): Decided {
  const { close, asOfMs: flattenedAtMs } = afterLastClose(cursor, position.symbol, context);
  const closedAtMs = instantClosedAtMs(cursor, position.symbol, context);
  const [asOfMs, sentAtMs] =
    reason === 'flatten' ? [flattenedAtMs, flattenedAtMs] : [closedAtMs + UNWOUND_AFTER_MS, closedAtMs];
  const decisionId = decisionIdOf(context.accountId, context.workflowId, state.sequence);
  const basis = { decisionId, symbol: position.symbol, asOfMs: sentAtMs, close, atr: null, equity: state.equity };
  const { intents } = planExit(context, basis, position, reason);
  const [exit] = intents;
  if (exit === undefined) throw new Error('an exit plan has one order');
  const facts = {
    confidence: null,
    hasStop: false,
    barOpenTimeMs: null,
    nowMs: asOfMs,
    lastPrice: close,
    correlationGroup: [],
    origin: 'session' as const,
  };
  const { intervalMs } = marketOf(context, position.symbol).bars;
  const verdict = gate(gateInputOf(state, exit, facts, { ...context, barIntervalMs: intervalMs }));
  const decision: Decision = {
    decisionId,
    sequence: state.sequence,
    symbol: position.symbol,
    asOfMs,
    action: exit.side,
    targetFraction: 0,
    confidence: 1,
    sizeFraction: 0,
    stopPrice: null,
    targetPrice: null,
    coverage: 0,
    agreement: 0,
    contributions: [],
    noDecision: null,
    verdict,
    policyVersion: context.policy.version,
    orderHash: orderHashOf(intents),
    repeated: false,
  };
  const inputs = { reason, close: close.toNumber() };
  return { decision, intents: verdict.approved ? intents : [], signalled: false, entry: null, inputs };
}
