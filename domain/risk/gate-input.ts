/**
 * What the risk gate is asked: one order, the account it would change, the market, the limits, and what is halted.
 * Plain readonly data; whoever calls the gate fills it from the books, never from the order's own words.
 * Money, prices, quantities are Decimals; positions are signed (long positive); fractions 0 to 1; instants epoch ms.
 */
import type { GateReason } from '../../schemas/decision.ts';
import type { OrderSide, OrderType } from '../../schemas/execution.ts';
import type { Policy, TradingMode } from '../../schemas/governance.ts';
import type { Compliance, DeskLimits, RiskState, SessionLimits } from '../../schemas/risk.ts';
import type { Direction } from '../../schemas/strategy-session.ts';
import type { Decimal } from '../decimal.ts';

/** The proposed order. `quantity` is unsigned. */
export type GateIntent = {
  readonly accountId: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly quantity: Decimal;
  /** The price the order is sized by: the close of the deciding bar. */
  readonly price: Decimal;
  /** The limit, or of a stop order the price that triggers it. */
  readonly limitPrice: Decimal | null;
  readonly leverage: number;
  /** True only for an order the broker may not let grow or turn the position. Nothing else counts as reducing. */
  readonly reduceOnly: boolean;
  readonly hasStop: boolean;
  /** Null for orders by hand, which pass the minimum confidence; null from anyone else does not. */
  readonly confidence: number | null;
  readonly direction: Direction;
  readonly origin: 'session' | 'manual' | 'ai';
  readonly orderType: OrderType;
};

/** A position, or the unfilled rest of a working entry order (`quantity` signed by its side, at full size). */
export type ExposureView = {
  readonly strategyId: string;
  readonly symbol: string;
  readonly quantity: Decimal;
  /** Mark price of a position; for a working order the worse of its limit and the mark. */
  readonly markPrice: Decimal;
  readonly leverage: number;
  /** Of a position: when it was opened. Null or absent: on an earlier day. */
  readonly openedAtMs?: number | null;
};

export type AccountView = {
  readonly equity: Decimal;
  readonly cash: Decimal;
  readonly positions: readonly ExposureView[];
  /** Working entry orders, those in UNKNOWN included. */
  readonly openOrders: readonly ExposureView[];
  readonly riskState: RiskState;
  /** True for a US margin account: only there are pattern day trades counted. */
  readonly usMargin: boolean;
};

export type MarketView = {
  readonly lastPrice: Decimal | null;
  readonly barOpenTimeMs: number | null;
  readonly barIntervalMs: number;
  readonly quoteAtMs: number | null;
  /** Why there is no quote, where one is asked for at order time; null or absent = none is missing. */
  readonly quoteFault?: string | null;
  /**
   * By which clock bars and quotes are old, where it is not `nowMs`: live markets go by ours, not by their last bar.
   */
  readonly agesAtMs?: number;
  /** True where bars are walked as history: ages say nothing there. */
  readonly historical: boolean;
  /** Why the symbol's data are not to be traded on, or null. */
  readonly quarantined: string | null;
  readonly isOpen: boolean;
  readonly nextOpenMs: number | null;
  /** Why nobody knows whether the market is open; then `isOpen` is false. */
  readonly hoursUnknown?: string | null;
};

export type GateInput = {
  readonly intent: GateIntent;
  /** Null = the portfolio is unknown: no new risk. */
  readonly account: AccountView | null;
  readonly market: MarketView;
  /** Symbols whose returns correlate at |rho| ≥ 0.8 with the order's, itself included; empty when unknown. */
  readonly correlationGroup: readonly string[];
  /** Of a leveraged entry: what its worst case costs, and what is left of the day's budget, USD. Absent: not asked. */
  readonly riskBudget?: { readonly worstCaseLoss: Decimal; readonly left: Decimal } | null;
  readonly policy: Policy;
  readonly limits: SessionLimits;
  readonly desk: DeskLimits;
  readonly compliance: Compliance;
  readonly tradingMode: TradingMode;
  /** Only asked in live mode: a person has armed this account for the strategy, and it has not expired. */
  readonly liveArmed: boolean;
  readonly nowMs: number;
  /** Each of these halts new risk: the reason why, or null. */
  readonly killSwitch: string | null;
  /** Why the account sends nothing at all, reducing orders included. */
  readonly accountHalt: string | null;
  /** Why nothing new is opened in the order's symbol. */
  readonly symbolHalt: string | null;
  readonly strategyDisabled: string | null;
  readonly budgetExhausted: string | null;
};

/** The tighter of the mode's profile and the session's own limits. `confidenceMin` null = no entry is possible. */
export type EffectiveLimits = {
  readonly positionFractionMax: number;
  readonly positionsMax: number;
  readonly leverageMax: number;
  readonly confidenceMin: number | null;
  readonly dailyLossMaxUsd: number;
  readonly newEntries: boolean;
};

/** What would stand in the books if the order and everything at work filled; see `exposure.ts`. */
export type ExposureAfter = {
  /** Margin at stake in this strategy's position of this symbol. */
  readonly positionMargin: Decimal;
  readonly positionCount: number;
  readonly symbolMargin: Decimal;
  readonly groupMargin: Decimal;
  readonly grossNotional: Decimal;
  /** Net notional in the order's own direction: positive means further out. */
  readonly netNotional: Decimal;
  readonly leverageOn: boolean;
  /** Signed quantity this strategy holds of the symbol now. */
  readonly held: Decimal;
};

/** What several rules need, worked out once per order. */
export type GateFacts = {
  readonly effective: EffectiveLimits;
  readonly exposure: ExposureAfter | null;
};

/** One rule of the gate: a reason to refuse, or null. Written so that a NaN never passes. */
export type RiskRule = (input: GateInput, facts: GateFacts) => GateReason | null;
