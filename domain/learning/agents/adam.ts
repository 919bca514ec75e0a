/** Adam with a bound on the length of the gradient: its settings, and what changes from step to step. */
import type { AdamStep, Round } from './dense-layers.ts';
import { type Schedule, scheduled } from './value-targets.ts';

export type AdamSettings = {
  readonly learningRate: number;
  /** The share of the learning rate that is left, by steps of learning after so many; all of it where absent. */
  readonly annealed?: { readonly after: number; readonly share: Schedule };
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** A longer gradient is shortened to this; infinity: never. */
  readonly normMax: number;
  /**
   * Share of the learning rate by which weights shrink at each step
   * (Loshchilov and Hutter 2019, AdamW); none where absent.
   */
  readonly weightDecay?: number;
};

/** β1^t and β2^t, by multiplication, so that they are the same on every machine. */
export type AdamPowers = { readonly power1: number; readonly power2: number };

export const FIRST_POWERS: AdamPowers = { power1: 1, power2: 1 };

/** The settings of the step of learning that follows so many. */
export function afterUpdates(settings: AdamSettings, updates: number): AdamSettings {
  const { annealed, learningRate } = settings;
  if (annealed === undefined || updates <= annealed.after) return settings;
  return { ...settings, learningRate: learningRate * scheduled(annealed.share, updates - annealed.after) };
}

export const nextPowers = ({ power1, power2 }: AdamPowers, { beta1, beta2 }: AdamSettings): AdamPowers => ({
  power1: power1 * beta1,
  power2: power2 * beta2,
});

/** What a weight is multiplied with after a step; 1 without decay. */
export const keptWeight = ({ learningRate, weightDecay = 0 }: AdamSettings): number => 1 - learningRate * weightDecay;

const NORM_ADDED = 1e-6;

/** @param powers those of this step @param norm the length of its gradient */
export function adamStep(settings: AdamSettings, powers: AdamPowers, norm: number, round: Round): AdamStep {
  const { learningRate, beta1, beta2, epsilon, normMax } = settings;
  return {
    scale: norm > normMax ? round(normMax / (norm + NORM_ADDED)) : 1,
    keepMean: round(beta1),
    takeMean: round(1 - beta1),
    keepSquare: round(beta2),
    takeSquare: round(1 - beta2),
    rate: round(learningRate / (1 - powers.power1)),
    root: round(1 / Math.sqrt(1 - powers.power2)),
    epsilon: round(epsilon),
  };
}
