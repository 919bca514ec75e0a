/**
 * What a model is told of an entry that a model has proposed, when it is asked what could go wrong with it: everything
 * that the rules have assessed it by, the whole entry, and the book that it joins.
 */
import { canonicalJson, sha256Hex } from '../canonical-json.ts';
import type { Decided } from './decided.ts';

/** The facts as prompts are told them, and the name they are kept under. */
export type ProposalQuestion = Pick<Decided['decision'], 'symbol' | 'asOfMs' | 'decisionId'> & {
  readonly ref: string;
  readonly body: string;
};

/** One for each decision that opens something by a model's proposal, whether the gate takes it or not. */
export function proposalQuestions(decided: readonly Decided[]): ProposalQuestion[] {
  return decided.flatMap(({ decision: { symbol, asOfMs, decisionId, confidence }, assessment }) => {
    if (assessment === undefined) return [];
    const { facts, shown } = assessment;
    const body = canonicalJson({ symbol, asOf: new Date(asOfMs).toISOString(), confidence, ...facts, ...shown });
    return [{ symbol, asOfMs, decisionId, ref: sha256Hex(body), body }];
  });
}
