/**
 * The gate before the engine, on a desk in memory: asks the real rules and, when recording, writes the intents in the
 * same step. Limits are the desk's own; a decision that has its intents is not recorded twice.
 */
import { gateInputOf } from '../../domain/backtest/gate-input-of.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { haltsOf } from '../../domain/risk/account-halts.ts';
import { gate } from '../../domain/risk/gate.ts';
import { onOrder } from '../../domain/risk/risk-state.ts';
import type { Verdict } from '../../schemas/decision.ts';
import type { Order, OrderIntent } from '../../schemas/execution.ts';
import type { Policy } from '../../schemas/governance.ts';
import { complianceSchema, type SessionLimits } from '../../schemas/risk.ts';
import { type MemoryDesk, note, openOrdersOf, ordersOf, stateFor, writeOrders } from './memory-desk.ts';

export type MemoryGate = {
  readonly check: (intents: readonly [OrderIntent, ...OrderIntent[]]) => Promise<Verdict>;
  readonly record: (intents: readonly [OrderIntent, ...OrderIntent[]]) => Promise<Verdict>;
};

const BAR_MS = 60_000;
const COMPLIANCE = complianceSchema.parse({ tradesPerDayMax: 100_000 });

export const memoryGate = (desk: MemoryDesk, policy: Policy, limits: SessionLimits): MemoryGate => ({
  check: async (intents) => ask(desk, policy, limits, intents),
  record: async (intents) => {
    if (ordersOf(desk, intents[0].decisionId).length > 0) return { approved: true, reasons: [] };
    const verdict = ask(desk, policy, limits, intents);
    if (verdict.approved) record(desk, intents);
    return verdict;
  },
});

function ask(
  desk: MemoryDesk,
  policy: Policy,
  limits: SessionLimits,
  intents: readonly [OrderIntent, ...OrderIntent[]],
): Verdict {
  const [first] = intents;
  const facts = {
    confidence: null,
    hasStop: intents.some((one) => one.leg === 'stop'),
    barOpenTimeMs: desk.nowMs() - BAR_MS,
    nowMs: desk.nowMs(),
    lastPrice: toDecimal(first.referencePrice ?? 0),
    correlationGroup: [],
    origin: 'manual' as const,
  };
  const surroundings = {
    direction: 'longShort' as const,
    policy,
    limits,
    desk: desk.limits,
    compliance: COMPLIANCE,
    tradingMode: 'paper' as const,
    venue: desk.venue,
    killSwitch: desk.killSwitch ?? desk.killFile,
    halts: haltsOf(desk.frozen, openOrdersOf(desk)),
    liveArmed: false,
    strategyDisabled: null,
    barIntervalMs: BAR_MS,
    quarantined: new Map<string, string>(),
  };
  return gate(gateInputOf(stateFor(desk, first.strategyId), first, facts, surroundings));
}

function record(desk: MemoryDesk, intents: readonly [OrderIntent, ...OrderIntent[]]): void {
  const { strategyId, symbol, side, reduceOnly, quantity } = intents[0];
  const orders = intents.map((intent): Order => recorded(intent, desk.venue));
  writeOrders(desk, orders);
  const counted = { strategyId, symbol, side, quantity: toDecimal(quantity), reduceOnly };
  desk.risk = onOrder(desk.risk, counted, desk.nowMs(), desk.limits);
  for (const intent of intents) note(desk, 'order_intent', { ...intent });
}

const recorded = (intent: OrderIntent, venue: string): Order => ({
  ...intent,
  sessionId: null,
  venue,
  venueOrderId: null,
  simulated: false,
  state: 'INTENT',
  quantityFilled: '0',
  sentAtMs: null,
});
