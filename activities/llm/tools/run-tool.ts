/**
 * One call of a tool: its arguments parsed strictly, its answer as JSON text for the model. Every no is an answer with its
 * code. Only what cannot be answered at all, such as a database that is down, is thrown, to be tried again.
 */
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { scanJson } from '../../../domain/llm/json-scan.ts';
import { cutText } from '../../../schemas/cut-text.ts';
import type { ToolCall } from '../../../schemas/llm/model-call.ts';
import type { ToolRefusal, ToolScope } from '../../../schemas/llm/tool-call.ts';
import { type ArgumentsOf, isToolName, TOOL_NAMES, TOOLS, type ToolName } from '../../../schemas/llm/tools.ts';
import { backtestTool } from './backtest-strategy.ts';
import { marketFeaturesTool } from './market-features.ts';
import { newsSentimentTool } from './news-sentiment.ts';
import { riskLimitsTool } from './risk-limits.ts';
import { type Tool, type ToolFindings, type ToolParts, ToolRefused } from './tool.ts';
import { tradingKnowledgeTool } from './trading-knowledge.ts';

const RUN: { readonly [Name in ToolName]: Tool<Name> } = {
  get_market_features: marketFeaturesTool,
  backtest_strategy: backtestTool,
  check_risk_limits: riskLimitsTool,
  get_news_sentiment: newsSentimentTool,
  query_trading_knowledge: tradingKnowledgeTool,
};

const ARGUMENTS_LENGTH_MAX = 8_192;
const ARGUMENTS_DEPTH_MAX = 8;
const RESULT_LENGTH_MAX = 12_000;

export type ToolOutcome = {
  /** As they are written down: parsed, or the text as it came. */
  readonly arguments: unknown;
  readonly refused: ToolRefusal | null;
  readonly withheld: readonly string[];
  readonly result: string;
};

export async function runTool(
  parts: ToolParts,
  { name, arguments: text }: ToolCall,
  scope: ToolScope,
): Promise<ToolOutcome> {
  const parsed = jsonOf(text);
  try {
    if (!isToolName(name))
      throw new ToolRefused('TOOL_UNKNOWN', `tool: got ${name}, expected one of ${TOOL_NAMES.join(', ')}`);
    const { value, withheld } = await run(parts, name, parsed, scope);
    return { arguments: parsed, refused: null, withheld, result: cut(canonicalJson(value)) };
  } catch (error) {
    if (!(error instanceof ToolRefused)) throw error;
    return { arguments: parsed ?? cutText(text, ARGUMENTS_LENGTH_MAX), ...refusal(error.code, error.message) };
  }
}

/** What the model is told instead of an answer. */
export const refusal = (code: ToolRefusal, message: string) => ({
  refused: code,
  withheld: [],
  result: canonicalJson({ error: code, message }),
});

function run<Name extends ToolName>(
  parts: ToolParts,
  name: Name,
  raw: unknown,
  scope: ToolScope,
): Promise<ToolFindings> {
  const parsed = TOOLS[name].arguments.safeParse(raw);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
    throw new ToolRefused('TOOL_ARGS', lines.join('; '));
  }
  // The schema of this name has parsed them: the compiler does not follow the table.
  return RUN[name](parts, parsed.data as ArgumentsOf<Name>, scope);
}

/** Undefined for what is not one plain JSON value, each key once: no schema takes that. */
function jsonOf(text: string): unknown {
  if (text.length > ARGUMENTS_LENGTH_MAX) return undefined;
  const scan = scanJson(text, 0, ARGUMENTS_DEPTH_MAX);
  const isPlain = scan.kind === 'whole' && scan.problems.length === 0 && text.slice(scan.end).trim() === '';
  return isPlain ? JSON.parse(text) : undefined;
}

/** A model gets a whole JSON value or none: half of one would be read as all of it. */
const cut = (text: string): string =>
  text.length <= RESULT_LENGTH_MAX ? text : canonicalJson({ error: 'TOOL_RESULT_TOO_LARGE', message: 'ask for less' });
