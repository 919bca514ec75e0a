/**
 * The llm slot of the vote. It is asked of an entry that the other components propose and can only make that entry
 * smaller or nothing; where the model itself proposes (`aiDiscretionary`) it is asked whenever an entry is possible.
 * Exits never pass here. Confidence and weights are fractions.
 */
import type { Contribution, Side } from '../../schemas/decision.ts';
import { type Combination, combine, combineBehind } from './combine-signals.ts';

/** Who may open a trade: the vote, the vote with a second voice that says the same (hybrid), or the model. */
export type EntryBy = 'vote' | 'twoVoices' | 'model';

export type ProposedEntry = { readonly side: Side; readonly confidence: number };

/** A rule of the desk that holds an entry back while the llm takes part. */
export type Veto = { readonly code: string; readonly reasons: readonly string[] };

/**
 * `call`: the question with its answer, for the record. `awaited`: the bar is to be decided when the answer has come.
 */
export type LlmAnswer<Call = unknown> =
  | {
      readonly kind: 'vote';
      readonly side: Side;
      readonly confidence: number;
      /** What several voices that disagree leave of the size, 0 to 1. @default 1 */
      readonly sizeFactor?: number;
      readonly reasons: readonly string[];
      readonly call: Call | null;
    }
  | { readonly kind: 'noDecision'; readonly code: string; readonly reasons: readonly string[] }
  | { readonly kind: 'awaited'; readonly call: Call };

/** Asked at most once a decision. `proposed` null: the model is to propose. */
export type LlmSlot<Call = unknown> = {
  readonly weight: number;
  readonly vetoOf: (side: Side) => Veto | null;
  readonly ask: (proposed: ProposedEntry | null) => LlmAnswer<Call>;
};

/**
 * What became of an entry once the llm has spoken. `side` 0: it is not
 * taken, `noDecision` says why if it was forbidden.
 */
export type AdvisedEntry<Call = unknown> = {
  readonly side: Side;
  readonly combination: Combination;
  readonly contributions: readonly Contribution[];
  readonly noDecision: string | null;
  readonly call: Call | null;
  readonly awaited: boolean;
};

/** The llm's word on an entry that the vote without it proposes. A veto comes first: what is forbidden is not asked. */
export function adviseEntry<Call>(
  rules: Combination,
  votes: readonly Contribution[],
  entryBy: 'vote' | 'twoVoices',
  slot: LlmSlot<Call>,
): AdvisedEntry<Call> {
  const untouched = { combination: rules, contributions: votes };
  const veto = slot.vetoOf(rules.side);
  if (veto !== null) return { ...untouched, ...forbidden(veto.code), contributions: withWord(votes, slot, veto) };
  const answer = slot.ask({ side: rules.side, confidence: rules.confidence });
  if (answer.kind === 'awaited') return { ...untouched, ...AWAITED, call: answer.call };
  if (answer.kind === 'noDecision') {
    return { ...untouched, ...forbidden(answer.code), contributions: withWord(votes, slot, answer) };
  }
  const contributions = [...votes, voteOf(answer, slot)];
  const combination = resized(combine(contributions), answer);
  const { side } = entryBy === 'twoVoices' && isAlone(combination.side, contributions) ? NOBODY : combination;
  return { side, combination, contributions, noDecision: null, call: answer.call, awaited: false };
}

/** The model's own proposal, with the votes of the others beside it: who agrees sizes it. */
export function proposeByModel<Call>(
  rules: Combination,
  votes: readonly Contribution[],
  slot: LlmSlot<Call>,
): AdvisedEntry<Call> {
  const untouched = { combination: rules, contributions: votes };
  const answer = slot.ask(null);
  if (answer.kind === 'awaited') return { ...untouched, ...AWAITED, call: answer.call };
  if (answer.kind === 'noDecision') {
    return { ...untouched, ...forbidden(answer.code), contributions: withWord(votes, slot, answer) };
  }
  const vote = voteOf(answer, slot);
  const veto = answer.side === 0 ? null : slot.vetoOf(answer.side);
  const contributions = [...votes, veto === null ? vote : { ...vote, reasons: [...vote.reasons, ...veto.reasons] }];
  const combination = resized(combineBehind(answer.side, contributions), answer);
  const noDecision = veto?.code ?? combination.noDecision;
  const side = noDecision === null ? answer.side : 0;
  return { side, combination, contributions, noDecision, call: answer.call, awaited: false };
}

/** The agreement sizes the trade. A factor that is no number from 0 to 1 takes everything. */
function resized(combination: Combination, { sizeFactor = 1 }: { readonly sizeFactor?: number }): Combination {
  const factor = sizeFactor >= 0 && sizeFactor <= 1 ? sizeFactor : 0;
  return { ...combination, agreement: combination.agreement * factor };
}

const NOBODY = { side: 0 } as const;
const AWAITED = { side: 0, noDecision: null, awaited: true } as const;
const forbidden = (code: string) => ({ side: 0, noDecision: code, call: null, awaited: false }) as const;

const voteOf = (
  { side, confidence, reasons }: Pick<Contribution, 'side' | 'confidence'> & { readonly reasons: readonly string[] },
  { weight }: LlmSlot,
): Contribution => ({ component: 'llm', side, confidence, weight, reasons: [...reasons] });

/** A slot that only says why not: no side, no confidence. */
const withWord = (
  votes: readonly Contribution[],
  slot: LlmSlot,
  { reasons }: { readonly reasons: readonly string[] },
): Contribution[] => [...votes, voteOf({ side: 0, confidence: 0, reasons }, slot)];

const isAlone = (side: Side, votes: readonly Contribution[]): boolean =>
  votes.filter((one) => one.side === side && one.weight > 0).length < 2;
