/**
 * The vote of the components with the model's slot and its veto. The model can turn buy or sell into hold, lower the
 * confidence and make the trade smaller; it can do nothing else (details, settled question 2).
 */
import type { ComponentName, Contribution } from '../../schemas/decision.ts';
import { type Combination, type CombineOptions, combine } from '../decision/combine-signals.ts';
import { type VetoReason, vetoReasons } from './veto.ts';

export type ModelCombination = Combination & {
  /** Why the model's slot said no; empty without a veto and while the slot is not listened to. */
  readonly vetoes: readonly VetoReason[];
};

type Features = Parameters<typeof vetoReasons>[1];

/** `sizeFactor` 0 to 1: what a consensus takes off the size for its disagreement. @default 1 */
export type VoiceOptions = CombineOptions & { readonly sizeFactor?: number };

/** `combine`, and the veto where a vote of the llm component is present. The agreement carries the factor on the size. */
export function combineWithModel(
  contributions: readonly Contribution[],
  features: Features,
  options: VoiceOptions = {},
): ModelCombination {
  const combination = combine(contributions, options);
  if (!contributions.some((one) => isHeard(one, options.components))) return { ...combination, vetoes: [] };
  const vetoes = vetoReasons(combination.action, features);
  if (vetoes.length > 0) return { ...combination, ...VETOED, vetoes };
  return { ...combination, agreement: combination.agreement * factorOf(options.sizeFactor), vetoes };
}

const VETOED = { action: 'hold', side: 0, score: 0, agreement: 0, confidence: 0 } as const;

const isHeard = ({ component, weight }: Contribution, components?: readonly ComponentName[]): boolean =>
  component === 'llm' && weight > 0 && (components === undefined || components.includes('llm'));

/** A factor that is no number from 0 to 1 takes everything. */
const factorOf = (factor = 1): number => (factor >= 0 && factor <= 1 ? factor : 0);

/** Levels a model has in mind for an entry; prices in quote currency, null: no opinion. */
export type SuggestedLevels = { readonly stopPrice: number | null; readonly sizeFraction: number | null };

/**
 * A model's suggestion, clamped to the desk's own plan: never a larger size, never a stop farther from the entry. A level
 * on the wrong side of the entry, or one that is no number, is not taken.
 */
export function clampToPlan(
  suggested: SuggestedLevels,
  plan: { readonly entryPrice: number; readonly stopPrice: number; readonly sizeFraction: number },
): { readonly stopPrice: number; readonly sizeFraction: number } {
  const { stopPrice, sizeFraction } = suggested;
  const risk = plan.entryPrice - plan.stopPrice;
  const nearer =
    stopPrice !== null && (plan.entryPrice - stopPrice) / risk > 0 && (plan.entryPrice - stopPrice) / risk <= 1;
  const smaller = sizeFraction !== null && sizeFraction >= 0 && sizeFraction <= plan.sizeFraction;
  return { stopPrice: nearer ? stopPrice : plan.stopPrice, sizeFraction: smaller ? sizeFraction : plan.sizeFraction };
}
