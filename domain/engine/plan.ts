/**
 * What a run of the fast engine is asked: money, sizes, costs and rules as plain doubles.
 * Fractions 0 to 1, prices in quote currency, periods in bars. Bars and signals come apart
 * (`market.ts`, `signals.ts`), so that one plan serves many.
 */
import type { ModeProfile, OperatingMode } from '../../schemas/governance.ts';
import type { Compliance, DeskLimits, SessionLimits } from '../../schemas/risk.ts';
import type { Direction } from '../../schemas/strategy-session.ts';

/**
 * bps: of the value of each fill. entryPrice: the price of each entry is worse by the fraction, exits are free
 * (backtesting.py's commission of a fraction). perShare, perContract: per unit, plus `fee` once an order, at least
 * `minimum` an order over all its fills.
 */
export type CommissionModel =
  | { readonly kind: 'bps'; readonly bps: number }
  | { readonly kind: 'entryPrice'; readonly fraction: number }
  | { readonly kind: 'perShare'; readonly cost: number; readonly fee: number; readonly minimum: number };

/**
 * What an order that takes the price pays beside half the spread. bps: fixed. volumeShare: price × impact × share²,
 * share = quantity / volume of the bar (zipline). volatility: so many ATR14 of the bar before the fill.
 */
export type SlippageModel =
  | { readonly kind: 'bps'; readonly bps: number }
  | { readonly kind: 'volumeShare'; readonly impact: number }
  | { readonly kind: 'volatility'; readonly atr: number };

/**
 * fraction: share of equity at stake as margin. wholeShares: the same in whole units, commission included. Sized by
 * equity and close of the decision, or by equity and price at the fill. `riskFraction`: at most this share of equity
 * between entry and stop; null = no such bound.
 */
export type SizeRule = {
  readonly kind: 'fraction' | 'wholeShares';
  readonly fraction: number;
  readonly at: 'decision' | 'fill';
  readonly riskFraction: number | null;
};

/** The desk's own limits; a run without them obeys nothing but its plan. */
export type DeskRules = {
  readonly mode: OperatingMode;
  readonly profile: ModeProfile;
  readonly limits: SessionLimits;
  readonly desk: DeskLimits;
  readonly compliance: Compliance;
};

export type EnginePlan = {
  readonly cash: number;
  readonly direction: Direction;
  /** When a market order fills that was decided at the close of bar i: at the open of i + 1, or at that very close. */
  readonly fill: 'nextOpen' | 'close';
  /** What happens to a position that is open in the last bar: sold at its open, at its close, or kept and valued. */
  readonly closeLast: 'open' | 'close' | 'keep';
  readonly size: SizeRule;
  readonly quantityStep: number;
  readonly leverage: number;
  readonly stopAtr: number | null;
  readonly targetAtr: number | null;
  /** The stop follows the best close at this distance. */
  readonly trailAtr: number | null;
  readonly maxHoldBars: number | null;
  readonly commission: CommissionModel;
  readonly halfSpreadBps: number;
  readonly slippage: SlippageModel;
  /** All orders of a symbol together take at most this share of a bar's volume; null: volume does not matter. */
  readonly volumeFractionMax: number | null;
  /** Paid by longs to shorts at 00, 08 and 16 UTC on the marked value of leveraged positions. */
  readonly fundingRate: number;
  /** Paid by shorts, a year of 365 days, on the marked value: for a bar at its close, between bars at the next open. */
  readonly borrowRate: number;
  readonly maintenanceMarginFraction: number;
  /** closeFirst: an opposite signal closes, and is decided anew one bar later. reverse: both at one open. */
  readonly flips: 'closeFirst' | 'reverse';
  /** Prices and fees as the books of the desk round them (8 decimals), instead of as doubles. */
  readonly deskRounding: boolean;
  readonly rules: DeskRules | null;
};

/** Without costs, limits and stops: what a run starts from that says only what it wants. */
export const PLAIN_PLAN: EnginePlan = {
  cash: 10_000,
  direction: 'longOnly',
  fill: 'nextOpen',
  closeLast: 'keep',
  size: { kind: 'fraction', fraction: 0.1, at: 'decision', riskFraction: null },
  quantityStep: 1e-8,
  leverage: 1,
  stopAtr: null,
  targetAtr: null,
  trailAtr: null,
  maxHoldBars: null,
  commission: { kind: 'bps', bps: 0 },
  halfSpreadBps: 0,
  slippage: { kind: 'bps', bps: 0 },
  volumeFractionMax: null,
  fundingRate: 0,
  borrowRate: 0,
  maintenanceMarginFraction: 0.01,
  flips: 'closeFirst',
  deskRounding: false,
  rules: null,
};
