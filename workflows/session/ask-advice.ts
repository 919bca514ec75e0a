/** What models say about one entry of a session, and the advice that follows. Fractions 0 to 1, costs in micro-USD. */
import { sideOfWord } from '../../domain/llm/answer-action.ts';
import { afterContrarian, type ModelVote, type Standing } from '../../domain/llm/consensus.ts';
import { cutText } from '../../schemas/cut-text.ts';
import { type AdviceOutcome, type AwaitedAdvice, adviceKey, type Voice } from '../../schemas/llm/advice-slot.ts';
import type { Advice } from '../../schemas/llm/contracts/advice.ts';
import type { AnswerOf } from '../../schemas/llm/contracts/index.ts';
import type { ModelAnswer, ModelOutcome } from '../../schemas/llm/outcome.ts';
import type { Question } from '../lib/conversation.ts';
import { type AskTimes, ask, noDecision } from '../lib/gateway.ts';
import { adviceOf, CONTRARIAN, contrarianTo, gatherOpinions, type Opinions, voteOf } from '../lib/opinions.ts';
import { modelsOf, questionOf } from './question.ts';
import type { SessionCarry } from './session-state.ts';

/** Bounds of what a session carries of an answer; the whole answers are in Postgres. */
const REASON_LENGTH_MAX = 240;
const REASONS_MAX = 4;
/** How far a price in an answer may lie from the last one. */
const COLLAR_FRACTION = 0.2;

/** @param times what is left of the time for all questions of the instant */
export async function adviceFor(
  carry: Pick<SessionCarry, 'handle' | 'input'>,
  awaited: AwaitedAdvice,
  times: () => AskTimes,
): Promise<AdviceOutcome> {
  const { consensus, debate, contrarian } = carry.input.model;
  const { symbol: label, regime } = awaited;
  const question = questionOf(carry, awaited, {
    callKey: adviceKey(carry.handle, awaited),
    task: 'advice',
    contract: 'advice',
    promptId: 'advisor',
  });
  if (consensus < 2) return oneAdvice(question, awaited, { contrarian, times });
  const panel = { seats: consensus, regime, ...modelsOf(carry.input) };
  return ofPanel(await gatherOpinions({ question, label, panel, debate, contrarian, times }));
}

type One = { readonly contrarian: boolean; readonly times: () => AskTimes };
type Word = Standing & { readonly reasons: readonly string[] };

/** The advice of one model, and the case against it where the settings ask for one. */
async function oneAdvice(question: Question, awaited: AwaitedAdvice, { contrarian, times }: One) {
  const { outcome, word } = awaited.isProposed
    ? await advised(question, awaited, times)
    : await recommended(question, awaited, times);
  if (outcome.kind === 'noDecision' || word === null) return ofSilence(outcome);
  if (outcome.shadow) return ofDemoted(outcome, word);
  if (!contrarian || word.action === 'hold') return ofWord(word, [outcome], [voiceOf(outcome.model, word)]);
  const against = await contrarianTo({ question, label: awaited.symbol, times }, word);
  const standing = afterContrarian(word, voteOf(CONTRARIAN, against));
  const reasons = against.kind === 'answer' ? [...word.reasons, `against: ${against.value.rationale}`] : word.reasons;
  const voices = [voiceOf(outcome.model, word), voiceOfVote(voteOf(CONTRARIAN, against))];
  return ofWord({ ...standing, reasons }, [outcome, against], voices);
}

type Asked = { readonly outcome: ModelOutcome<unknown>; readonly word: Word | null };

async function advised(question: Question, { symbol }: AwaitedAdvice, times: () => AskTimes): Promise<Asked> {
  const outcome = await adviceOf(question, `advice on ${symbol}`, times);
  return { outcome, word: outcome.kind === 'answer' ? wordOf(outcome.value) : null };
}

const wordOf = ({ action, confidence, rationale, warnings }: Advice): Word => ({
  ...{ action, confidence, sizeFactor: 1 },
  reasons: [rationale, ...warnings],
});

type Recommendation = AnswerOf<'recommendation'>;

/** Where no component has proposed an entry the model may; its levels and size are recorded, the desk uses its own. */
async function recommended(question: Question, awaited: AwaitedAdvice, times: () => AskTimes): Promise<Asked> {
  const { symbol, close } = awaited;
  const asked: Question = {
    ...question,
    task: 'evaluation',
    contract: 'recommendation',
    promptId: 'momentum-catalyst',
    bounds: { lastPrices: { [symbol]: close }, priceCollarFraction: COLLAR_FRACTION },
  };
  const outcome = await ask(asked, `proposal on ${symbol}`, times());
  if (outcome.kind === 'tools') {
    return { outcome: noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered'), word: null };
  }
  // The gateway has parsed it by the contract `recommendation`.
  return { outcome, word: outcome.kind === 'answer' ? proposalOf(outcome.value as Recommendation) : null };
}

const ACTIONS = { '-1': 'sell', '0': 'hold', '1': 'buy' } as const;

/** Only a proposal to trade opens anything. */
function proposalOf({ intent, action: { type, confidence }, rationale, keyRisks }: Recommendation): Word {
  const action = ACTIONS[intent === 'proposeTrade' ? sideOfWord(type) : 0];
  return { action, confidence, sizeFactor: 1, reasons: [rationale, ...keyRisks] };
}

const voiceOf = (model: string, { action, confidence }: Standing): Voice => ({
  model,
  action,
  confidence,
  noDecision: null,
});

const voiceOfVote = ({ model, action, confidence, reason = null }: ModelVote): Voice => ({
  model,
  action,
  confidence: action === null ? null : confidence,
  noDecision: reason,
});

/** The less firmly a side is held, the smaller the entry; a hold has no size to reduce. */
function ofWord(
  { action, confidence, sizeFactor, reasons }: Word,
  outcomes: readonly ModelOutcome<unknown>[],
  voices: readonly Voice[],
): AdviceOutcome {
  return {
    ...{ kind: 'advice', action, confidence, sizeFactor: action === 'hold' ? 1 : sizeFactor },
    reasons: reasons.slice(0, REASONS_MAX).map((one) => cutText(one, REASON_LENGTH_MAX)),
    contaminated: outcomes.some((one) => one.contaminated === true),
    ...spentOn(outcomes, voices),
  };
}

const spentOn = (outcomes: readonly ModelOutcome<unknown>[], voices: readonly Voice[]) => ({
  voices: [...voices],
  callIds: outcomes.flatMap((one) => one.callIds),
  costMicroUsd: outcomes.reduce((sum, one) => sum + one.costMicroUsd, 0),
});

function ofSilence(outcome: ModelOutcome<unknown>): AdviceOutcome {
  const [reason, detail] = outcome.kind === 'noDecision' ? [outcome.reason, outcome.detail] : ['LLM_EMPTY', ''];
  return { kind: 'noDecision', reason, detail: cutText(detail, REASON_LENGTH_MAX), ...spentOn([outcome], []) };
}

/** It is heard, so that trades can show that it is right again, and has no say till then. */
const ofDemoted = (outcome: ModelAnswer<unknown>, word: Word): AdviceOutcome => ({
  ...{ kind: 'noDecision', reason: 'MODEL_DEMOTED', detail: `${outcome.model} weighs nothing: its answers were wrong` },
  ...spentOn([outcome], [voiceOf(outcome.model, word)]),
});

/** Too few votes are no decision; when all models failed for the same reason, that is the reason. */
function ofPanel({ votes, standing, outcomes, against }: Opinions): AdviceOutcome {
  const voices = [...votes, ...(against === null ? [] : [voteOf(CONTRARIAN, against)])].map(voiceOfVote);
  if (standing.noDecision === null) {
    const rationales = outcomes.flatMap((one) => (one.kind === 'answer' ? one.value.rationale : []));
    return ofWord({ ...standing, reasons: [standing.detail, ...rationales] }, outcomes, voices);
  }
  const reasons = new Set(votes.map(({ reason }) => reason));
  const [only] = reasons;
  const reason = reasons.size === 1 && only ? only : votes.length === 0 ? 'MODEL_NONE' : standing.noDecision;
  return { kind: 'noDecision', reason, detail: standing.detail, ...spentOn(outcomes, voices) };
}
