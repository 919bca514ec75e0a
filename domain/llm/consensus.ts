/**
 * One answer out of several models', whatever the order they came in. Each vote weighs confidence × measured accuracy
 * of its model; a model that was taken out has weight 0. Too few usable votes is no decision, a tie is a hold. Pure.
 */
import type { DecisionAction } from '../../schemas/decision.ts';

export type ModelVote = {
  readonly model: string;
  /** null: the model gave no usable answer, `reason` says why. */
  readonly action: DecisionAction | null;
  readonly confidence: number;
  /** Share of its scored answers in this regime that were right; a model without a record has `ACCURACY_UNKNOWN`. */
  readonly accuracy: number;
  readonly reason?: string | null;
};

/** No better than a coin until it has shown more. */
export const ACCURACY_UNKNOWN = 0.5;
/** Usable votes that make a quorum. */
export const QUORUM = 2;

export type Consensus = {
  readonly action: DecisionAction;
  /** Weighted confidence of those who agree × agreement: what is doubted is held less firmly. */
  readonly confidence: number;
  /** Share of the weight that is behind the action. */
  readonly agreement: number;
  /** Factor on the size that would be taken, 0 to 1; 0 unless a side is taken. Disagreement makes smaller. */
  readonly sizeFactor: number;
  readonly noDecision: 'CONSENSUS_QUORUM' | null;
  readonly reason: 'TIE' | null;
  /** In words: "CONSENSUS_QUORUM 1 of 3". */
  readonly detail: string;
  /** Models with a usable vote that said something else, by name. */
  readonly dissent: readonly { readonly model: string; readonly action: DecisionAction; readonly confidence: number }[];
};

type Usable = ModelVote & { readonly action: DecisionAction; readonly weight: number };

const ROUNDING = 1e-9;

/** @param quorum usable votes that are needed, however many were asked. @default 2 */
export function consensus(votes: readonly ModelVote[], quorum: number = QUORUM): Consensus {
  const usable = votes.flatMap(usableVote).sort(byContent);
  const needed = Math.max(1, quorum);
  if (usable.length < needed) return undecided(`CONSENSUS_QUORUM ${usable.length} of ${votes.length}`);
  const weights = { buy: weightOf(usable, 'buy'), sell: weightOf(usable, 'sell'), hold: weightOf(usable, 'hold') };
  const total = weights.buy + weights.sell + weights.hold;
  const [first, second] = (['buy', 'hold', 'sell'] as const).toSorted((a, b) => weights[b] - weights[a]);
  if (!(total > 0) || first === undefined || second === undefined) return tie(usable);
  if (weights[first] - weights[second] <= ROUNDING * total) return tie(usable);
  return agreed(usable, first, weights[first] / total);
}

/** A vote that is no vote (no answer, numbers out of range) is not counted; one of weight 0 neither helps nor harms. */
function usableVote(vote: ModelVote): Usable[] {
  const { action, confidence, accuracy } = vote;
  const inRange = confidence >= 0 && confidence <= 1 && accuracy > 0 && accuracy <= 1;
  return action === null || !inRange ? [] : [{ ...vote, action, weight: confidence * accuracy }];
}

/** Sums in one order, so that equal votes give equal bits whoever answered first. */
const byContent = (a: Usable, b: Usable): number =>
  a.weight - b.weight || a.confidence - b.confidence || compare(a.model, b.model) || compare(a.action, b.action);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function weightOf(votes: readonly Usable[], action: DecisionAction): number {
  let sum = 0;
  for (const one of votes) sum += one.action === action ? one.weight : 0;
  return sum;
}

function agreed(votes: readonly Usable[], action: DecisionAction, agreement: number): Consensus {
  const behind = votes.filter((one) => one.action === action);
  let [weighted, accuracy] = [0, 0];
  for (const one of behind) {
    weighted += one.accuracy * one.confidence;
    accuracy += one.accuracy;
  }
  return {
    action,
    confidence: Math.min(1, (weighted / accuracy) * agreement),
    agreement,
    sizeFactor: action === 'hold' ? 0 : agreement,
    noDecision: null,
    reason: null,
    detail: `${behind.length} of ${votes.length} say ${action}`,
    dissent: dissentFrom(votes, action),
  };
}

const dissentFrom = (votes: readonly Usable[], action: DecisionAction): Consensus['dissent'] =>
  votes
    .filter((one) => one.action !== action)
    .map(({ model, action: said, confidence }) => ({ model, action: said, confidence }))
    .toSorted((a, b) => compare(a.model, b.model) || compare(a.action, b.action) || a.confidence - b.confidence);

const NOTHING = { action: 'hold', confidence: 0, agreement: 0, sizeFactor: 0 } as const;

const tie = (votes: readonly Usable[]): Consensus => ({
  ...NOTHING,
  noDecision: null,
  reason: 'TIE',
  detail: 'TIE',
  dissent: dissentFrom(votes, 'hold'),
});

const undecided = (detail: string): Consensus => ({
  ...NOTHING,
  noDecision: 'CONSENSUS_QUORUM',
  reason: null,
  detail,
  dissent: [],
});

/** What was decided so far: a consensus, or one model's advice. */
export type Standing = Pick<Consensus, 'action' | 'confidence' | 'sizeFactor'>;

/**
 * The contrarian argues against what stands. Its own confidence against the side is taken off;
 * where it is surer than the standing side, or as sure, the side becomes a hold. Agreeing, or
 * having no answer, it changes nothing: it never adds.
 */
export function afterContrarian<S extends Standing>(
  standing: S,
  contrarian: Pick<ModelVote, 'action' | 'confidence'>,
): S {
  const { action, confidence } = standing;
  if (action === 'hold' || contrarian.action === null || contrarian.action === action) return standing;
  const against = Math.min(1, Math.max(0, contrarian.confidence));
  // A contrarian that would only stay out doubts half as much as one that would trade the other way.
  const doubt = contrarian.action === 'hold' ? against / 2 : against;
  if (!(doubt < confidence)) return { ...standing, action: 'hold', confidence: 0, sizeFactor: 0 };
  return { ...standing, confidence: confidence - doubt / 2, sizeFactor: standing.sizeFactor * (1 - doubt) };
}

/**
 * One round of debate: each model has seen the others' reasons and may have changed its mind. A model that gives no
 * usable answer now keeps its first one; a model that comes new is not heard.
 */
export function afterDebate(before: readonly ModelVote[], after: readonly ModelVote[]): ModelVote[] {
  return before.map((vote) => {
    const again = after.find((one) => one.model === vote.model);
    return again === undefined || again.action === null
      ? vote
      : { ...vote, action: again.action, confidence: again.confidence };
  });
}
