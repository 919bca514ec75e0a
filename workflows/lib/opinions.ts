/**
 * Advice on one symbol as a workflow gathers it: one model, or several seats in parallel, once more where they
 * disagree, and one that argues against what they say. It can take conviction away and never adds any. Nothing
 * here throws but the cancellation of the workflow.
 */
import { isCancellation } from '@temporalio/workflow';
import { afterContrarian, afterDebate, type Consensus, consensus, type ModelVote } from '../../domain/llm/consensus.ts';
import type { UntrustedText } from '../../schemas/llm/ask-model.ts';
import type { Advice } from '../../schemas/llm/contracts/advice.ts';
import type { ModelOutcome, NoModelDecision } from '../../schemas/llm/outcome.ts';
import type { Panel, PanelRequest, Seat } from '../../schemas/llm/panel.ts';
import type { Question } from './conversation.ts';
import { type AskTimes, ask, askFailure, asking, noDecision, QUESTION_MS_MAX } from './gateway.ts';

export type Said = { readonly seat: Seat; readonly outcome: ModelOutcome<Advice> };

export type OpinionRequest = {
  /** What each seat is asked; its key is the beginning of theirs. */
  readonly question: Question;
  /** For people: whose turn it is. */
  readonly label: string;
  readonly panel: PanelRequest;
  /** Whether those who disagree are asked once more, with each other's reasons. */
  readonly debate: boolean;
  /** Whether one argues against them. */
  readonly contrarian: boolean;
  /** What is left of the time, and how soon a worker must take a question. @default unhurried */
  readonly times?: () => AskTimes;
};

export type Opinions = {
  readonly votes: readonly ModelVote[];
  readonly debated: boolean;
  readonly against: ModelOutcome<Advice> | null;
  /** What they agree on, after the case against. */
  readonly standing: Consensus;
  readonly outcomes: readonly ModelOutcome<Advice>[];
};

const unhurried = (): AskTimes => ({ timeMaxMs: QUESTION_MS_MAX });

export async function gatherOpinions(request: OpinionRequest): Promise<Opinions> {
  const panel = await seatsFor(request);
  if (!isPanel(panel)) return nobody(panel);
  const first = await askPanel(request, panel, 'opinion', []);
  const actions = first.flatMap(({ outcome }) => (outcome.kind === 'answer' ? outcome.value.action : []));
  const debated = request.debate && new Set(actions).size > 1;
  const second = debated ? await askPanel(request, panel, 'debate', reasonsOf(first)) : [];
  const votes = debated ? afterDebate(votesOf(first), votesOf(second)) : votesOf(first);
  const agreed = consensus(votes);
  const against = request.contrarian ? await contrarianTo(request, agreed) : null;
  const standing = against === null ? agreed : afterContrarian(agreed, voteOf(CONTRARIAN, against));
  const outcomes = [...first, ...second].map(({ outcome }) => outcome).concat(against ?? []);
  return { votes, debated, against, standing, outcomes };
}

const isPanel = (panel: Panel | NoModelDecision): panel is Panel => Array.isArray(panel);

/** No model could be seated: one vote that says why. */
function nobody(outcome: NoModelDecision): Opinions {
  const votes = [voteOf({ name: 'panel', model: '', accuracy: 1 }, outcome)];
  return { votes, debated: false, against: null, standing: consensus(votes), outcomes: [outcome] };
}

async function seatsFor({ panel, label, times = unhurried }: OpinionRequest): Promise<Panel | NoModelDecision> {
  try {
    return await asking(times()).choosePanel.executeWithOptions({ summary: `panel for ${label}` }, [panel]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return noDecision(...askFailure(error));
  }
}

/** All at once: no seat waits for another, and no answer depends on which was quicker. */
const askPanel = (
  { question, times }: OpinionRequest,
  panel: Panel,
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
      return { seat, outcome: await adviceOf(asked, `${round} of ${seat.name}`, times) };
    }),
  );

/** Reasons without the names of the models, in an order that does not depend on which was quicker. */
const reasonsOf = (said: readonly Said[]): UntrustedText[] =>
  said.flatMap(({ outcome }) =>
    outcome.kind === 'answer'
      ? [{ label: 'opinion of another', text: `${outcome.value.action}: ${outcome.value.rationale}` }]
      : [],
  );

export const CONTRARIAN: Seat = { name: 'contrarian', model: '', accuracy: 1 };

type Opposed = Pick<OpinionRequest, 'question' | 'label' | 'times'>;

/** The case against what stands. */
export const contrarianTo = (
  { question, label, times }: Opposed,
  { action, confidence }: Pick<Consensus, 'action' | 'confidence'>,
): Promise<ModelOutcome<Advice>> =>
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
    `the case against, ${label}`,
    times,
  );

/** @param question of contract `advice` */
export async function adviceOf(
  question: Question,
  summary: string,
  times: () => AskTimes = unhurried,
): Promise<ModelOutcome<Advice>> {
  const left = times();
  if (left.timeMaxMs <= 0) return noDecision('LLM_TIMEOUT', 'no time was left to ask');
  const outcome = await ask(question, summary, left);
  if (outcome.kind === 'tools') return noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered');
  // The gateway has parsed it by the contract `advice`.
  return outcome.kind === 'answer' ? { ...outcome, value: outcome.value as Advice } : outcome;
}

const votesOf = (said: readonly Said[]): ModelVote[] => said.map(({ seat, outcome }) => voteOf(seat, outcome));

export const voteOf = ({ name, accuracy }: Seat, outcome: ModelOutcome<Advice>): ModelVote =>
  outcome.kind === 'noDecision'
    ? { model: name, action: null, confidence: 0, accuracy, reason: outcome.reason }
    : { model: name, action: outcome.value.action, confidence: outcome.value.confidence, accuracy };
