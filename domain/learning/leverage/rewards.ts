/**
 * What an agent is paid for a step, each term apart (spec 8.4 and the details to it). The unit is the log return of
 * equity in percent a step. Terms that would pay a constant for every bar are scaled by the return of the step, and the
 * risk-adjusted one is bounded by the P&L term: holding +0.01 % for a hundred bars must not beat taking +5 % once.
 */

export type SpotStep = {
  /** Equity after the step over equity before it, less 1; above −1. */
  readonly stepReturnFraction: number;
  /** Standard deviation of the bar returns, 20 bars. */
  readonly realisedVolatility: number;
  readonly hasTraded: boolean;
  /** Realised + unrealised P&L of the position held through the step, fees and funding in; null without one. */
  readonly positionPnlFraction: number | null;
};

export type SpotTerms = {
  readonly pnl: number;
  readonly riskAdjusted: number;
  readonly trading: number;
  readonly holding: number;
};

export type LeverageStep = {
  /** Of the position without its leverage; above −1. */
  readonly stepReturnFraction: number;
  readonly realisedVolatility: number;
  /** Below the 25th, between, or above the 75th percentile of 250 bars. */
  readonly volatilityState: 'low' | 'normal' | 'high';
  readonly hasTraded: boolean;
  readonly position: {
    readonly side: 'long' | 'short';
    readonly leverage: number;
    readonly pnlFraction: number;
    readonly marginRatio: number;
    /** |price − liquidation price| / price. */
    readonly liquidationDistanceFraction: number;
  } | null;
};

export type LeverageTerms = {
  readonly pnl: number;
  readonly riskAdjusted: number;
  readonly volatilityFit: number;
  readonly short: number;
  readonly margin: number;
  readonly liquidation: number;
  readonly trading: number;
};

const SPOT = { volatilityFloor: 0.0005, ratioMax: 3, timesPnlMax: 5 };
const LEVERAGED = { volatilityFloor: 0.001, termMax: 2, timesPnlMax: 3 };
const LOW_LEVERAGE = 3;
const HIGH_LEVERAGE = 5;
const SHORT_LOSS = -0.05;
const MARGIN_RATIO = 0.7;
const NEAR_LIQUIDATION = 0.05;

/** pnl × 10 + risk-adjusted × 5 − 0.1 on a trade ± 0.5 × |return in %| (at most 0.5) for holding a winner or loser. */
export function spotReward(step: SpotStep): SpotTerms {
  const percent = percentOf(step.stepReturnFraction);
  const pnl = percent * 10;
  const ratio = percent / 100 / Math.max(step.realisedVolatility, SPOT.volatilityFloor);
  const riskAdjusted = within(5 * within(ratio, SPOT.ratioMax), SPOT.timesPnlMax * Math.abs(pnl));
  const holding = Math.sign(step.positionPnlFraction ?? 0) * Math.min(0.5, 0.5 * Math.abs(percent));
  return { pnl, riskAdjusted, trading: step.hasTraded ? -0.1 : 0, holding };
}

/**
 * Unlevered pnl% × 10 / √L; 5 × pnl% / (volatility × L) with the volatility floored at 0.1 % a bar, at most ±
 * 2; 0.5 × |pnl%| (at most 0.5) where high leverage meets low volatility or low leverage high; shorts + pnl%
 * (at most 1) in profit, − 2 below − 5 %; margin above 0.70: − 10 × the excess; − 5 × (0.05 − d) / 0.05
 * within 5 % of liquidation; − 0.1 × L on a trade.
 */
export function leverageReward(step: LeverageStep): LeverageTerms {
  const { position, hasTraded, realisedVolatility, volatilityState } = step;
  const leverage = position?.leverage ?? 1;
  const percent = percentOf(step.stepReturnFraction);
  const pnl = (percent * 10) / Math.sqrt(leverage);
  const volatility = Math.max(realisedVolatility, LEVERAGED.volatilityFloor) * 100;
  const adjusted = within((5 * percent) / (volatility * leverage), LEVERAGED.termMax);
  const distance = position?.liquidationDistanceFraction ?? 1;
  return {
    pnl,
    riskAdjusted: within(adjusted, LEVERAGED.timesPnlMax * Math.abs(pnl)),
    volatilityFit: position !== null && fits(leverage, volatilityState) ? 0.5 * Math.min(1, Math.abs(percent)) : 0,
    short: shortTerm(position, percent),
    margin: -Math.max(0, (position?.marginRatio ?? 0) - MARGIN_RATIO) * 10,
    liquidation: (-5 * Math.max(0, NEAR_LIQUIDATION - distance)) / NEAR_LIQUIDATION,
    trading: hasTraded ? -0.1 * leverage : 0,
  };
}

export const rewardOf = (terms: Readonly<Record<string, number>>): number =>
  Object.values(terms).reduce((sum, term) => sum + term, 0);

const percentOf = (fraction: number): number => 100 * Math.log1p(fraction);

const within = (value: number, bound: number): number => Math.max(-bound, Math.min(bound, value));

const fits = (leverage: number, volatility: LeverageStep['volatilityState']): boolean =>
  (leverage >= HIGH_LEVERAGE && volatility === 'low') || (leverage <= LOW_LEVERAGE && volatility === 'high');

function shortTerm(position: LeverageStep['position'], percent: number): number {
  if (position?.side !== 'short') return 0;
  if (position.pnlFraction < SHORT_LOSS) return -2;
  return position.pnlFraction > 0 ? Math.min(1, Math.max(0, percent)) : 0;
}
