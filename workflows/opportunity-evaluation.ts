/**
 * One opportunity, judged: buy, sell or pass. What was noticed is data; the facts are read again by code. A proposal of
 * a large position is asked again in the reasoning tier, whose answer counts. No order is sent.
 */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { scopeOf, shownName } from '../domain/llm/analysis-scope.ts';
import type { SymbolFacts } from '../schemas/analyst.ts';
import type { Opportunity } from '../schemas/llm/contracts/opportunity.ts';
import type { ModelOutcome } from '../schemas/llm/outcome.ts';
import {
  type OpportunityEvaluationInput,
  type OpportunityEvaluationResult,
  opportunityEvaluationInputSchema,
} from '../schemas/opportunity-evaluation.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { preparing } from './analysis/activities.ts';
import { plain } from './analysis/details.ts';
import type { Question } from './lib/conversation.ts';
import { ask, noDecision } from './lib/gateway.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { OPPORTUNITY } from './messages/opportunity-evaluation.ts';
import { searchAttributes } from './messages/search-attributes.ts';

const COLLAR_FRACTION = 0.2;
/** A larger share of equity is a matter for the reasoning tier. */
const LARGE_FRACTION = 0.05;
const MICRO = 1_000_000;

/** @param raw `opportunityEvaluationInputSchema` */
export async function opportunityEvaluation(raw?: unknown): Promise<OpportunityEvaluationResult> {
  const { workflowId, originalExecutionRunId } = workflowInfo();
  const asked = { prefix: OPPORTUNITY, workflowId, nowMs: Date.now() };
  const input = orFail(() => parseRunInput(opportunityEvaluationInputSchema, raw, asked));
  const { symbol, accountId, barIntervalMs, masked } = input;
  upsertSearchAttributes([{ key: searchAttributes.symbols, value: [symbol] }]);
  const asOfMs = input.asOf === null ? Date.now() : Date.parse(input.asOf);
  const scope = scopeOf({ asOfMs, symbols: [symbol], barIntervalMs, accountId, masked });
  const summary = `facts of ${symbol}`;
  const found = await orFailWithProblems(() =>
    preparing().gatherFacts.executeWithOptions({ summary }, [{ symbol, scope, more: true }]),
  );
  const { facts } = found;
  if (facts === null) return told(input, asOfMs, null, [noDecision(found.noData.split(' ')[0] ?? '', found.noData)]);
  const question = questionOf(input, facts, shownName(symbol, scope), `${workflowId}/${originalExecutionRunId}`);
  const first = await answerTo(question, `${input.opportunityType} in ${symbol}`);
  const outcomes = isLarge(first) ? [first, await answerTo(escalated(question), 'high conviction')] : [first];
  return told(input, asOfMs, facts, outcomes);
}

function questionOf(input: OpportunityEvaluationInput, facts: SymbolFacts, name: string, key: string): Question {
  return {
    callKey: key,
    task: 'evaluation',
    contract: 'opportunity',
    promptId: 'opportunity',
    variables: { ...(facts.variables as Question['variables']), opportunityType: input.opportunityType },
    untrusted: [{ label: 'context', text: contextText(input, name) }, ...facts.untrusted],
    symbols: [name],
    bounds: { lastPrices: { [name]: facts.close }, priceCollarFraction: COLLAR_FRACTION },
    decisionId: key,
    asOfMs: facts.asOfMs,
  };
}

/** Where names are masked, the words of whoever noticed it could give them away: only their number is kept. */
function contextText({ context, masked }: OpportunityEvaluationInput, name: string): string {
  const fields = Object.keys(context).length;
  return masked ? `${fields} fields about ${name}, left out` : JSON.stringify(context);
}

/** Its own answer, in another tier; never out of the cache. */
const escalated = (question: Question): Question => ({
  ...question,
  callKey: `${question.callKey}/conviction`,
  task: 'highConviction',
  tierAtLeast: 'reasoning',
  cache: false,
});

async function answerTo(question: Question, summary: string): Promise<ModelOutcome<Opportunity>> {
  const outcome = await ask(question, summary);
  if (outcome.kind === 'tools') return noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered');
  // The gateway has parsed it by the contract `opportunity`.
  return outcome.kind === 'answer' ? { ...outcome, value: outcome.value as Opportunity } : outcome;
}

const isLarge = (outcome: ModelOutcome<Opportunity>): boolean =>
  outcome.kind === 'answer' && outcome.value.action !== 'pass' && (outcome.value.sizeFraction ?? 0) > LARGE_FRACTION;

function told(
  { symbol, opportunityType, masked }: OpportunityEvaluationInput,
  askedAtMs: number,
  facts: SymbolFacts | null,
  outcomes: readonly ModelOutcome<Opportunity>[],
): OpportunityEvaluationResult {
  const last = outcomes.at(-1);
  const answer = last?.kind === 'answer' ? last : null;
  const costMicroUsd = outcomes.reduce((sum, one) => sum + one.costMicroUsd, 0);
  const noDecisionReason = last?.kind === 'noDecision' ? last.reason : null;
  upsertSearchAttributes([{ key: searchAttributes.llmCostUsd, value: costMicroUsd / MICRO }]);
  const word = answer === null ? `no decision, ${noDecisionReason}` : answer.value.action;
  const why = answer === null ? '' : plain(answer.value.rationale);
  setCurrentDetails(`### ${opportunityType} in ${symbol}: ${word}\n${why}`);
  return {
    symbol,
    opportunityType,
    asOfMs: facts?.asOfMs ?? askedAtMs,
    regime: facts?.regime ?? null,
    evaluation: answer === null ? null : evaluationOf(answer.value),
    noDecision: noDecisionReason,
    escalated: outcomes.length > 1,
    provider: answer?.provider ?? null,
    model: answer?.model ?? null,
    contaminated: outcomes.some((one) => one.contaminated === true),
    masked,
    callIds: outcomes.flatMap((one) => one.callIds),
    costMicroUsd,
  };
}

function evaluationOf(value: Opportunity) {
  const { version: _version, symbol: _symbol, opportunityType: _type, ...evaluation } = value;
  return evaluation;
}
