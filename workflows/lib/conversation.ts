/**
 * A conversation with tools: each turn of the model and each call of a tool is an activity of its own, so what was done
 * is never done again. The messages lie in Postgres; the history carries references. It ends with an answer or with the
 * reason why there is none, after at most `callsMax` calls (AI_MAX_TOOL_CALLS may allow fewer), two turns more, and
 * `timeMaxMs`, whatever a tool does.
 */
import { isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AnalystActivities } from '../../activities/analyst.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { cutText } from '../../schemas/cut-text.ts';
import type { AskModelInput, PriorTurns, ToolResult, ToolsWanted } from '../../schemas/llm/ask-model.ts';
import type { ToolCall } from '../../schemas/llm/model-call.ts';
import type { ModelOutcome, NoModelDecision } from '../../schemas/llm/outcome.ts';
import type { ToolRequest, ToolScope } from '../../schemas/llm/tool-call.ts';
import { type ToolName, toolSpecs } from '../../schemas/llm/tools.ts';
import { researchQueueOf } from '../messages/llm.ts';
import { ask, askFailure, noDecision } from './gateway.ts';

export const TOOL_CALLS_MAX = 10;
const CONVERSATION_MS_MAX = 1_800_000;
/** A turn that wants more than this at once is not worth answering. */
const CALLS_A_TURN_MAX = 32;

export type Question = Omit<AskModelInput, 'tools' | 'priorTurns' | 'conversationId'>;

export type ToolLoop = {
  readonly tools: readonly ToolName[];
  readonly scope: ToolScope;
  /** @default 10 */
  readonly callsMax?: number;
  /** @default 30 minutes */
  readonly timeMaxMs?: number;
};

type Talk = {
  readonly question: Question;
  readonly loop: ToolLoop;
  /** The lower of what was asked for and what the desk allows, once it has said so. */
  callsMax: number;
  /** Calls so far by name and arguments. */
  readonly seen: Set<string>;
  used: number;
  callIds: string[];
  costMicroUsd: number;
  contaminated: boolean;
  /** Why the next turn is the last: the model was told to answer. */
  closing: 'TOOL_CALL_LIMIT' | 'TOOL_NO_PROGRESS' | null;
};

/** @returns the outcome of the last turn, with the calls and the cost of all, contaminated where one of them was */
export async function converse(question: Question, loop: ToolLoop): Promise<ModelOutcome<unknown>> {
  const callsMax = loop.callsMax ?? TOOL_CALLS_MAX;
  const talk: Talk = {
    question,
    loop,
    callsMax,
    seen: new Set(),
    used: 0,
    callIds: [],
    costMicroUsd: 0,
    contaminated: false,
    closing: null,
  };
  const untilMs = Date.now() + (loop.timeMaxMs ?? CONVERSATION_MS_MAX);
  let priorTurns: PriorTurns | null = null;
  for (let turn = 0; turn <= callsMax + 1; turn += 1) {
    const leftMs = untilMs - Date.now();
    if (leftMs <= 0) return ended(talk, noDecision('LLM_TIMEOUT', 'the conversation took too long'));
    const outcome = await ask(turnOf(talk, turn, priorTurns), `${question.task}, turn ${turn + 1}`, {
      timeMaxMs: leftMs,
    });
    talk.callIds.push(...outcome.callIds);
    talk.costMicroUsd += outcome.costMicroUsd;
    talk.contaminated ||= outcome.contaminated === true;
    if (outcome.kind !== 'tools') return ended(talk, outcome);
    if (talk.closing !== null) return ended(talk, noDecision(talk.closing, 'it went on asking for tools'));
    const answered = await answerCalls(talk, outcome, untilMs);
    if ('kind' in answered) return ended(talk, answered);
    priorTurns = answered;
    if (outcome.calls.length > CALLS_A_TURN_MAX) {
      return ended(talk, noDecision('TOOL_CALL_LIMIT', `${outcome.calls.length} calls in one turn`));
    }
  }
  return ended(talk, noDecision('TOOL_CALL_LIMIT', 'too many turns'));
}

const turnOf = ({ question, loop }: Talk, turn: number, priorTurns: PriorTurns | null): AskModelInput => ({
  ...question,
  callKey: `${question.callKey}/turn:${turn}`,
  conversationId: question.callKey,
  // What tools return is not part of the question's text.
  cache: false,
  tools: toolSpecs(loop.tools),
  priorTurns,
});

const ended = (
  { callIds, costMicroUsd, contaminated }: Talk,
  outcome: ModelOutcome<unknown>,
): ModelOutcome<unknown> => ({ ...outcome, callIds, costMicroUsd, contaminated });

/** A call that cannot be answered in time ends the conversation. */
async function answerCalls(talk: Talk, wanted: ToolsWanted, untilMs: number): Promise<PriorTurns | NoModelDecision> {
  talk.callsMax = Math.min(talk.callsMax, wanted.callsMax ?? talk.callsMax);
  const modelCallId = wanted.callIds.at(-1) ?? talk.question.callKey;
  const requests = wanted.calls
    .slice(0, CALLS_A_TURN_MAX)
    .map((call, index) => requestOf(talk, modelCallId, call, talk.used + index));
  const refusals = requests.map(({ refuse }) => refuse);
  if (refusals.includes('TOOL_CALL_LIMIT')) talk.closing = 'TOOL_CALL_LIMIT';
  else if (refusals.every((one) => one === 'TOOL_NO_PROGRESS')) talk.closing = 'TOOL_NO_PROGRESS';
  talk.used += requests.length;
  try {
    const toolResults = await Promise.all(requests.map((request) => callOnce(request, untilMs)));
    return { ref: wanted.turnsRef, toolResults };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return noDecision(...askFailure(error));
  }
}

function requestOf({ loop, seen, callsMax }: Talk, modelCallId: string, call: ToolCall, position: number): ToolRequest {
  const name = `${call.name} ${spelled(call.arguments)}`;
  const refuse = position >= callsMax ? 'TOOL_CALL_LIMIT' : seen.has(name) ? 'TOOL_NO_PROGRESS' : null;
  seen.add(name);
  return { modelCallId, position, call, scope: loop.scope, refuse };
}

/** The same arguments in another order or spacing are the same call. */
function spelled(text: string): string {
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    return text;
  }
}

async function callOnce(request: ToolRequest, untilMs: number): Promise<ToolResult> {
  const { call } = request;
  const calling = proxyActivities<AnalystActivities>({
    taskQueue: researchQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: Math.max(1, untilMs - Date.now()),
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  });
  const summary = `tool ${cutText(call.name, 64)}`;
  const { refused, resultRef } = await calling.callTool.executeWithOptions({ summary }, [request]);
  return { callId: call.id, name: call.name, resultRef, isError: refused !== null };
}
