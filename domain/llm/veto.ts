/**
 * When the llm slot says no whatever it voted (details 3.3). A veto turns buy or sell into hold; it
 * can do nothing else, and it is asked only while the llm component is present. Exits do not pass
 * it. Facts that are not known yet veto nothing:
 * the gate has rules of its own for what is missing.
 */
import type { DecisionAction } from '../../schemas/decision.ts';
import type { MarketFeatures } from '../features/market-features.ts';

/**
 * Why: the 24-hour change runs against the trade, the market is restless, has just turned, or does what it never does.
 */
export type VetoReason = 'CHANGE_AGAINST' | 'VOLATILITY_HIGH' | 'REGIME_CHANGED' | 'UNUSUAL';

export type VetoLimits = {
  /** Fraction over 24 hours: this far down against a purchase, this far up against a sale. */
  readonly changeAgainst: number;
  /** A change of the regime within this many bars, the present one included. */
  readonly regimeBars: number;
  /** Volume over its average of 20 bars. */
  readonly volumeRatio: number;
  /** |log return of the bar| in realised volatilities of 20 bars. */
  readonly returnSigmas: number;
};

export const VETO_DEFAULTS: VetoLimits = { changeAgainst: 0.02, regimeBars: 3, volumeRatio: 4, returnSigmas: 4 };

type VetoFeatures = Pick<MarketFeatures, 'momentum' | 'volatility' | 'volume' | 'regime' | 'barsSinceRegimeChange'>;

/** Every reason against the trade, in the order of the type; empty for a hold. */
export function vetoReasons(
  action: DecisionAction,
  features: VetoFeatures,
  limits: VetoLimits = VETO_DEFAULTS,
): VetoReason[] {
  if (action === 'hold') return [];
  const { momentum, regime, barsSinceRegimeChange } = features;
  const change = (momentum.change24h ?? 0) * (action === 'buy' ? 1 : -1);
  const reasons: VetoReason[] = [];
  if (change <= -limits.changeAgainst) reasons.push('CHANGE_AGAINST');
  if (regime.volatility === 'high') reasons.push('VOLATILITY_HIGH');
  if (barsSinceRegimeChange !== null && barsSinceRegimeChange < limits.regimeBars) reasons.push('REGIME_CHANGED');
  if (isUnusual(features, limits)) reasons.push('UNUSUAL');
  return reasons;
}

function isUnusual({ momentum, volatility, volume }: VetoFeatures, limits: VetoLimits): boolean {
  const busy = (volume.volumeRatio ?? 0) > limits.volumeRatio;
  const { barReturn } = momentum;
  const sigma = volatility.realisedVolatility;
  return busy || (barReturn !== null && sigma !== null && Math.abs(barReturn) > limits.returnSigmas * sigma);
}
