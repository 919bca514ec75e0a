/**
 * The weights of the five voting components and the thresholds of the vote: the one table of the decision stage.
 * Weights are fractions that sum to 1; a component that is absent is renormalised away, never counted as a "no".
 */
import type { ComponentName } from '../../schemas/decision.ts';

export type ComponentWeights = Readonly<Record<ComponentName, number>>;

/** The order of this table is the order in which votes are summed, so a sum never depends on who answered first. */
export const COMPONENT_WEIGHTS: ComponentWeights = {
  technical: 0.3,
  agent: 0.25,
  evolved: 0.2,
  online: 0.15,
  llm: 0.1,
};

/** Below this share of present weight there is no decision at all. */
export const COVERAGE_MIN = 0.3;

/** A score nearer to zero than this is a hold. */
export const SCORE_MIN = 0.2;
