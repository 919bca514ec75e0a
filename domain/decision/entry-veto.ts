/**
 * A veto of `domain/llm/veto.ts` on an entry, as code and sentences with their figures. It closes nothing, and is asked
 * only while the llm takes part in the vote. Changes and returns are fractions.
 */
import type { Side } from '../../schemas/decision.ts';
import type { MarketFeatures } from '../features/market-features.ts';
import { type VetoReason, vetoReasons } from '../llm/veto.ts';
import type { Veto } from './llm-slot.ts';

/** `sigmaBefore`: realised volatility at the bar before; null where it is not known. */
export type VetoFacts = { readonly features: MarketFeatures; readonly sigmaBefore: number | null };

/**
 * Null where nothing speaks against it; else the code of the first reason, and every reason. The bar's return is held
 * against the bars before it: among 20 of which it is one, hardly any bar can lie beyond 4 sigma.
 */
export function entryVeto(side: Side, { features, sigmaBefore }: VetoFacts): Veto | null {
  const action = side === 1 ? 'buy' : side === -1 ? 'sell' : 'hold';
  const volatility = { ...features.volatility, realisedVolatility: sigmaBefore };
  const reasons = vetoReasons(action, { ...features, volatility });
  const [first] = reasons;
  if (first === undefined) return null;
  return { code: `VETO_${first}`, reasons: reasons.map((one) => `veto: ${SENTENCES[one]({ features, sigmaBefore })}`) };
}

const SENTENCES: Readonly<Record<VetoReason, (facts: VetoFacts) => string>> = {
  CHANGE_AGAINST: ({ features }) => `24-hour change ${signed(features.momentum.change24h)} against the trade`,
  VOLATILITY_HIGH: () => 'volatility is high',
  REGIME_CHANGED: ({ features: { regime, barsSinceRegimeChange } }) =>
    `regime ${regime.label} for ${barsSinceRegimeChange} bars only`,
  UNUSUAL: ({ features: { volume, momentum }, sigmaBefore }) =>
    `unusual bar: volume ratio ${shown(volume.volumeRatio)}, ` +
    `return ${signed(momentum.barReturn)} at sigma ${shown(sigmaBefore)}`,
};

const shown = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(4));
const signed = (value: number | null): string => (value !== null && value > 0 ? `+${shown(value)}` : shown(value));
