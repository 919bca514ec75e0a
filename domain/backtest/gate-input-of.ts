/**
 * Fills in what the gate asks about one order of a session, from the walk's own state: never from the order's words.
 */
import type { OrderIntent } from '../../schemas/execution.ts';
import { type Decimal, toDecimal } from '../decimal.ts';
import { marketHoursAt, nextFillMs } from '../market/market-hours.ts';
import type { GateInput } from '../risk/gate-input.ts';
import { accountView, makesDayTrades } from './account-view.ts';
import { riskBudgetOf } from './risk-budget.ts';
import type { WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

export type OrderFacts = {
  readonly confidence: number | null;
  readonly hasStop: boolean;
  /** Where the day's risk budget is asked about: how far its stop lies from the entry; null: it has none. */
  readonly stopDistance?: Decimal | null;
  readonly barOpenTimeMs: number | null;
  readonly nowMs: number;
  /** The market's last close: what the price collar is measured from. */
  readonly lastPrice: Decimal | null;
  /** Symbols that move with the order's, itself included. */
  readonly correlationGroup: readonly string[];
  readonly origin: 'session' | 'manual' | 'ai';
  /** At order time on a live market: the quote's moment, or why there is none that can be used. */
  readonly quoteAtMs?: number | null;
  readonly quoteFault?: string | null;
};

/** What the gate needs beside the account: a walk context has it all, an order by hand brings its own. */
export type GateSurroundings = Pick<
  WalkContext,
  | 'direction'
  | 'policy'
  | 'limits'
  | 'desk'
  | 'compliance'
  | 'tradingMode'
  | 'killSwitch'
  | 'halts'
  | 'liveArmed'
  | 'strategyDisabled'
  | 'venue'
> & {
  readonly barIntervalMs?: number;
  readonly quarantined: ReadonlyMap<string, string>;
  readonly agesAtMs?: number;
};

/** `intent.referencePrice` is the close the order was decided at. Stored bars are history: ages say nothing there. */
export function gateInputOf(
  state: WalkState,
  intent: OrderIntent,
  facts: OrderFacts,
  surroundings: GateSurroundings,
): GateInput {
  const price = toDecimal(intent.referencePrice ?? 0);
  const historical = surroundings.tradingMode === 'backtest' || surroundings.tradingMode === 'analysis';
  return {
    intent: {
      accountId: intent.accountId,
      strategyId: intent.strategyId,
      symbol: intent.symbol,
      side: intent.side,
      quantity: toDecimal(intent.quantity),
      price,
      limitPrice: askedPriceOf(intent),
      leverage: intent.leverage,
      reduceOnly: intent.reduceOnly,
      hasStop: facts.hasStop,
      confidence: facts.confidence,
      direction: surroundings.direction,
      origin: facts.origin,
      orderType: intent.type,
    },
    account: accountView(state, makesDayTrades(surroundings.venue, intent.symbol)),
    market: {
      lastPrice: facts.lastPrice,
      barOpenTimeMs: facts.barOpenTimeMs,
      barIntervalMs: surroundings.barIntervalMs ?? 0,
      quoteAtMs: facts.quoteAtMs ?? null,
      quoteFault: facts.quoteFault ?? null,
      ...(surroundings.agesAtMs === undefined ? {} : { agesAtMs: surroundings.agesAtMs }),
      historical,
      quarantined: historical ? null : (surroundings.quarantined.get(intent.symbol) ?? null),
      ...marketHoursAt(intent.symbol, judgedAtMs(intent.symbol, facts, surroundings)),
    },
    correlationGroup: facts.correlationGroup,
    ...(facts.stopDistance === undefined ? {} : { riskBudget: riskBudgetOf(state, intent, facts.stopDistance) }),
    policy: surroundings.policy,
    limits: surroundings.limits,
    desk: surroundings.desk,
    compliance: surroundings.compliance,
    tradingMode: surroundings.tradingMode,
    liveArmed: surroundings.liveArmed,
    nowMs: facts.nowMs,
    killSwitch: surroundings.killSwitch,
    accountHalt: surroundings.halts.account,
    symbolHalt: surroundings.halts.symbols.get(intent.symbol) ?? null,
    strategyDisabled: surroundings.strategyDisabled,
    budgetExhausted: null,
  };
}

/** The price an order names: its limit, or where a stop order goes to the market. */
function askedPriceOf({ type, limitPrice, stopPrice }: OrderIntent): Decimal | null {
  const asked = limitPrice ?? (type === 'stop' ? stopPrice : null);
  return asked === null ? null : toDecimal(asked);
}

/** How far the stop of an entry lies from it; null without one on its losing side. */
export function stopDistanceIn(intents: readonly OrderIntent[]): Decimal | null {
  const [entry, stop] = (['entry', 'stop'] as const).map((leg) => intents.find((one) => one.leg === leg));
  if (entry === undefined || stop === undefined) return null;
  if (stop.distanceFromEntry !== null) return toDecimal(stop.distanceFromEntry);
  const entryPrice = askedPriceOf(entry) ?? toDecimal(entry.referencePrice ?? 0);
  const rise = entryPrice.minus(toDecimal(stop.stopPrice ?? 0));
  const distance = entry.side === 'buy' ? rise : rise.neg();
  return stop.stopPrice !== null && distance.gt(0) ? distance : null;
}

/** A session's orders for the paper book fill at its next bar; all others leave at once. */
function judgedAtMs(symbol: string, facts: OrderFacts, { venue, barIntervalMs, agesAtMs }: GateSurroundings): number {
  const { nowMs, barOpenTimeMs, origin } = facts;
  if (origin !== 'session' || venue !== 'paper') return agesAtMs ?? nowMs;
  return nextFillMs(symbol, barOpenTimeMs ?? nowMs - (barIntervalMs ?? 0), nowMs);
}
