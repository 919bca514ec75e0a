/**
 * What a deep analysis asks beside its main question: three models in parallel, once more where they disagree, and one
 * that argues against what they say. It can take conviction away and never adds any.
 */
import type { SymbolFacts } from '../../schemas/analyst.ts';
import type { Advice } from '../../schemas/llm/contracts/advice.ts';
import type { ModelOutcome } from '../../schemas/llm/outcome.ts';
import type { ConsensusResult, Opinion, SymbolAnalysis } from '../../schemas/market-analysis.ts';
import type { Question } from '../lib/conversation.ts';
import { gatherOpinions, type Opinions } from '../lib/opinions.ts';

const SEATS = 3;

type Asked = { readonly question: Question; readonly facts: SymbolFacts; readonly told: SymbolAnalysis };
type Second = Pick<SymbolAnalysis, 'contrarian' | 'consensus' | 'callIds' | 'costMicroUsd' | 'contaminated'>;

export async function secondOpinions({ question, facts: { symbol, regime }, told }: Asked): Promise<Second> {
  const opinions = await gatherOpinions({
    question,
    label: symbol,
    panel: { seats: SEATS, regime: regime.label },
    debate: true,
    contrarian: true,
  });
  const { against, outcomes } = opinions;
  return {
    contrarian: against === null ? null : opinionOf('', against),
    consensus: resultOf(opinions),
    callIds: [...told.callIds, ...outcomes.flatMap((one) => one.callIds)],
    costMicroUsd: outcomes.reduce((sum, one) => sum + one.costMicroUsd, told.costMicroUsd),
    contaminated: [told, ...outcomes].some((one) => one.contaminated === true),
  };
}

const resultOf = ({ standing, votes, debated }: Opinions): ConsensusResult => ({
  action: standing.noDecision === null ? standing.action : null,
  confidence: standing.confidence,
  agreement: standing.agreement,
  sizeFactor: standing.sizeFactor,
  reason: standing.noDecision ?? standing.reason,
  detail: standing.detail,
  opinions: votes.map(({ model, action, confidence, reason = null }) => ({
    model,
    action,
    confidence,
    noDecision: reason,
  })),
  debated,
});

const opinionOf = (model: string, outcome: ModelOutcome<Advice>): Opinion =>
  outcome.kind === 'noDecision'
    ? { model, action: null, confidence: null, noDecision: outcome.reason }
    : { model: outcome.model, action: outcome.value.action, confidence: outcome.value.confidence, noDecision: null };
