/**
 * What a deep analysis asks beside its main question: three models in parallel, once more where they disagree, and one that
 * argues against what they say. It can take conviction away and never adds any.
 */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { PanelActivities } from '../../activities/llm/choose-panel.ts';
import { afterContrarian, afterDebate, type Consensus, consensus, type ModelVote } from '../../domain/llm/consensus.ts';
import type { SymbolFacts } from '../../schemas/analyst.ts';
import type { UntrustedText } from '../../schemas/llm/ask-model.ts';
import type { Advice } from '../../schemas/llm/contracts/advice.ts';
import type { ModelOutcome } from '../../schemas/llm/outcome.ts';
import type { Panel, Seat } from '../../schemas/llm/panel.ts';
import type { ConsensusResult, Opinion, SymbolAnalysis } from '../../schemas/market-analysis.ts';
import type { Question } from '../lib/conversation.ts';
import { ask, noDecision } from '../lib/gateway.ts';
import { llmQueueOf } from '../messages/llm.ts';

const SEATS = 3;

type Asked = { readonly question: Question; readonly facts: SymbolFacts; readonly told: SymbolAnalysis };
type Second = Pick<SymbolAnalysis, 'contrarian' | 'consensus' | 'callIds' | 'costMicroUsd'>;
type Said = { readonly seat: Seat; readonly outcome: ModelOutcome<Advice> };

export async function secondOpinions({ question, facts, told }: Asked): Promise<Second> {
  const panel = await seatsFor(facts);
  const first = await askPanel(panel, question, 'opinion', []);
  const isSplit =
    new Set(first.flatMap(({ outcome }) => (outcome.kind === 'answer' ? outcome.value.action : []))).size > 1;
  const second = isSplit ? await askPanel(panel, question, 'debate', reasonsOf(first)) : [];
  const votes = isSplit ? afterDebate(votesOf(first), votesOf(second)) : votesOf(first);
  const agreed = consensus(votes);
  const against = await contrarianTo(question, facts, agreed);
  const standing = afterContrarian(agreed, voteOf(CONTRARIAN, against));
  const outcomes = [...first, ...second].map(({ outcome }) => outcome).concat(against);
  return {
    contrarian: opinionOf('', against),
    consensus: resultOf(standing, votes, isSplit),
    callIds: [...told.callIds, ...outcomes.flatMap((one) => one.callIds)],
    costMicroUsd: outcomes.reduce((sum, one) => sum + one.costMicroUsd, told.costMicroUsd),
  };
}

function seatsFor({ symbol, regime }: SymbolFacts): Promise<Panel> {
  const choosing = proxyActivities<PanelActivities>({
    taskQueue: llmQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  });
  const request = { seats: SEATS, regime: regime.label };
  return choosing.choosePanel.executeWithOptions({ summary: `panel for ${symbol}` }, [request]);
}

/** All at once: nobody waits for another, and nobody's answer depends on who was quicker. */
const askPanel = (
  panel: Panel,
  question: Question,
  round: 'opinion' | 'debate',
  reasons: readonly UntrustedText[],
): Promise<Said[]> =>
  Promise.all(
    panel.map(async (seat, index) => {
      const asked: Question = {
        ...question,
        callKey: `${question.callKey}/${round}:${index}`,
        task: round === 'debate' ? 'debate' : 'consensus',
        contract: 'advice',
        promptId: 'advisor',
        untrusted: [...(question.untrusted ?? []), ...reasons],
        model: seat.model,
        cache: false,
      };
      return { seat, outcome: await adviceOf(asked, `${round} of ${seat.name}`) };
    }),
  );

/** Reasons, not who gave them; in an order that does not depend on who was quicker. */
const reasonsOf = (said: readonly Said[]): UntrustedText[] =>
  said.flatMap(({ outcome }) =>
    outcome.kind === 'answer'
      ? [{ label: 'opinion of another', text: `${outcome.value.action}: ${outcome.value.rationale}` }]
      : [],
  );

const CONTRARIAN: Seat = { name: 'contrarian', model: '', accuracy: 1 };

const contrarianTo = (question: Question, { symbol }: SymbolFacts, { action, confidence }: Consensus) =>
  adviceOf(
    {
      ...question,
      callKey: `${question.callKey}/contrarian`,
      task: 'contrarian',
      contract: 'advice',
      promptId: 'contrarian',
      variables: { ...question.variables, proposal: { action, confidence } },
      cache: false,
    },
    `the case against, ${symbol}`,
  );

async function adviceOf(question: Question, summary: string): Promise<ModelOutcome<Advice>> {
  const outcome = await ask(question, summary);
  if (outcome.kind === 'tools') return noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered');
  // The gateway has parsed it by the contract `advice`.
  return outcome.kind === 'answer' ? { ...outcome, value: outcome.value as Advice } : outcome;
}

const votesOf = (said: readonly Said[]): ModelVote[] => said.map(({ seat, outcome }) => voteOf(seat, outcome));

const voteOf = ({ name, accuracy }: Seat, outcome: ModelOutcome<Advice>): ModelVote =>
  outcome.kind === 'noDecision'
    ? { model: name, action: null, confidence: 0, accuracy, reason: outcome.reason }
    : { model: name, action: outcome.value.action, confidence: outcome.value.confidence, accuracy };

const resultOf = (standing: Consensus, votes: readonly ModelVote[], debated: boolean): ConsensusResult => ({
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
