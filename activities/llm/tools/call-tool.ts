/** The activity behind a tool call: answered once and written down, so that a call that is repeated tells the same. */
import type { ToolLog } from '../../../db/llm/tool-calls.ts';
import type { JsonObject } from '../../../db/tables.ts';
import { cutText } from '../../../schemas/cut-text.ts';
import { type ToolAnswer, type ToolRequest, toolAnswerSchema } from '../../../schemas/llm/tool-call.ts';
import { refusal, runTool, type ToolOutcome } from './run-tool.ts';
import type { ToolParts } from './tool.ts';

export type CallToolParts = ToolParts & { readonly log: ToolLog; readonly nowMs: () => number };

const TEXT_MAX = 8_192;
const TOLD = {
  TOOL_CALL_LIMIT: 'no more calls of tools: answer with what you know',
  TOOL_NO_PROGRESS: 'the same call was answered before: answer with what you know',
} as const;

export async function callTool(parts: CallToolParts, request: ToolRequest): Promise<ToolAnswer> {
  const { modelCallId, position, call, scope, refuse } = request;
  const before = await parts.log.read(modelCallId, position);
  if (before !== undefined) return toolAnswerSchema.parse(before);
  const outcome: ToolOutcome =
    refuse === null
      ? await runTool(parts, call, scope)
      : { arguments: call.arguments, ...refusal(refuse, TOLD[refuse]) };
  const answered = await parts.log.record({
    callId: modelCallId,
    position,
    tool: cutText(call.name, 64),
    arguments: objectOf(outcome.arguments),
    asOfMs: scope.asOfMs,
    refused: outcome.refused,
    withheld: outcome.withheld,
    result: outcome.result,
    atMs: parts.nowMs(),
  });
  return toolAnswerSchema.parse(answered);
}

/** As a JSON column keeps it. */
const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value }
    : { text: cutText(typeof value === 'string' ? value : JSON.stringify(value), TEXT_MAX) };
