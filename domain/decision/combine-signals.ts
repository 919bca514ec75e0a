/**
 * Turns the votes of the present components into one answer: side, score, coverage, agreement, confidence.
 * It sizes nothing and knows no account. Everything is a fraction 0 to 1, a side is −1, 0 or +1.
 * The vote is counted twice, without and with the llm slot: the llm can only make the desk more careful.
 */
import type { ComponentName, Contribution, DecisionAction, Side } from '../../schemas/decision.ts';
import { COMPONENT_WEIGHTS, COVERAGE_MIN, SCORE_MIN } from './weights.ts';

export type CombineOptions = {
  /** @default 0.30 */
  readonly minimumCoverage?: number;
  /** The components a session listens to. @default all that are present */
  readonly components?: readonly ComponentName[];
};

export type Combination = {
  readonly action: DecisionAction;
  readonly side: Side;
  /** −1 to 1: Σ w d c / Σ w of all that are present, so the contributions sum to it; 0 without a decision. */
  readonly score: number;
  /** Σ w of the present components. */
  readonly coverage: number;
  readonly agreement: number;
  readonly confidence: number;
  readonly noDecision: 'COVERAGE_LOW' | null;
};

type Count = Pick<Combination, 'side' | 'score' | 'coverage' | 'agreement' | 'confidence'>;

/** Decimal thresholds such as 0.20 have no exact binary form: a sum this close to one has reached it. */
const ROUNDING = 1e-12;

const ACTIONS = { '-1': 'sell', '0': 'hold', '1': 'buy' } as const satisfies Record<`${Side}`, DecisionAction>;

/**
 * side = sign(score) if |score| ≥ 0.20, else hold; agreement = Σ w of those with that side / Σ w; confidence =
 * Σ w c / Σ w over those that agree (design page, 3.3). With an llm vote present, a side is taken only if both counts
 * give it; agreement and confidence are the smaller ones. Coverage without the llm must reach the minimum too.
 */
export function combine(contributions: readonly Contribution[], options: CombineOptions = {}): Combination {
  const present = presentVotes(contributions, options.components);
  const everyone = count(present);
  const rules = present.some(isModel) ? count(present.filter((one) => !isModel(one))) : everyone;
  const minimum = options.minimumCoverage ?? COVERAGE_MIN;
  if (!(rules.coverage > 0 && rules.coverage >= minimum - ROUNDING)) return undecided(everyone.coverage);
  const side = rules.side === everyone.side ? rules.side : 0;
  return {
    action: ACTIONS[side],
    side,
    score: everyone.score,
    coverage: everyone.coverage,
    agreement: Math.min(rules.agreement, everyone.agreement),
    confidence: Math.min(rules.confidence, everyone.confidence),
    noDecision: null,
  };
}

/**
 * The same figures for a side that one component has chosen for all (a model that proposes): the votes do not change
 * the side, but agreement, which sizes the trade, and confidence are those of everyone.
 */
export function combineBehind(chosen: Side, contributions: readonly Contribution[], options: CombineOptions = {}) {
  const combined = combine(contributions, options);
  if (combined.noDecision !== null) return combined;
  const everyone = count(presentVotes(contributions, options.components), chosen);
  return { ...combined, ...everyone, action: ACTIONS[everyone.side] };
}

const isModel = (one: Contribution): boolean => one.component === 'llm';

const ORDER = Object.keys(COMPONENT_WEIGHTS);

function presentVotes(contributions: readonly Contribution[], components?: readonly ComponentName[]): Contribution[] {
  return contributions
    .filter((one) => one.weight > 0 && (components === undefined || components.includes(one.component)))
    .sort((a, b) => ORDER.indexOf(a.component) - ORDER.indexOf(b.component));
}

const undecided = (coverage: number): Combination => ({
  action: 'hold',
  side: 0,
  score: 0,
  coverage,
  agreement: 0,
  confidence: 0,
  noDecision: 'COVERAGE_LOW',
});

function count(votes: readonly Contribution[], chosen?: Side): Count {
  const total = sum(votes, (one) => one.weight);
  if (!(total > 0)) return { side: 0, score: 0, coverage: 0, agreement: 0, confidence: 0 };
  const score = sum(votes, (one) => one.weight * one.side * one.confidence) / total;
  const side = chosen ?? sideOf(score);
  const agreeing = votes.filter((one) => one.side === side);
  const weight = sum(agreeing, (one) => one.weight);
  return {
    side,
    score,
    coverage: Math.min(1, total),
    agreement: weight / total,
    confidence: weight > 0 ? Math.min(1, sum(agreeing, (one) => one.weight * one.confidence) / weight) : 0,
  };
}

function sideOf(score: number): Side {
  if (!(Math.abs(score) >= SCORE_MIN - ROUNDING)) return 0;
  return score > 0 ? 1 : -1;
}

function sum(votes: readonly Contribution[], value: (one: Contribution) => number): number {
  let total = 0;
  for (const one of votes) total += value(one);
  return total;
}
