/** Several models asked the same: who may sit, and their seats. Accuracy 0 to 1. */
import type { ModelTier } from './model-registry.ts';

/** Who may be asked: a provider's models, one model, a tier at least; null: whoever the desk has. */
export type AskedModels = {
  readonly provider: string | null;
  readonly model: string | null;
  readonly tier: ModelTier | null;
};

export type PanelRequest = { readonly seats: number; readonly regime: string | null } & Partial<AskedModels>;

export type Seat = {
  /** The model, with a number where it sits twice. */
  readonly name: string;
  readonly model: string;
  readonly accuracy: number;
};
/** Empty: nobody can be asked. */
export type Panel = readonly Seat[];
