/**
 * The activities of the analyst, on queue `research`: facts as they were known, tool calls, storing designs, reviewing
 * trades. Each is safe to repeat; a repeated tool call gets its first answer.
 */
import { sha256Hex } from '../domain/canonical-json.ts';
import type { FactsAnswer, FactsRequest, PlacesRequest, ScreenedSymbol, ScreenSymbols } from '../schemas/analyst.ts';
import type { ToolAnswer, ToolRequest } from '../schemas/llm/tool-call.ts';
import type { Strategy } from '../schemas/signals.ts';
import type { TradeReviewResult } from '../schemas/trade-review.ts';
import { finalOnInvalidInput } from './failure.ts';
import { gatherFacts } from './llm/gather-facts.ts';
import { type ScreenParts, screenSymbols } from './llm/screen-symbols.ts';
import { type CallToolParts, callTool } from './llm/tools/call-tool.ts';

export type AnalystParts = CallToolParts &
  ScreenParts & {
    readonly takePlaces: (request: PlacesRequest & { readonly nowMs: number }) => Promise<string[]>;
    readonly keepStrategy: (strategyId: string, strategy: Strategy) => Promise<void>;
    readonly reviewTrade: (tradeId: string, nowMs: number) => Promise<TradeReviewResult>;
  };

/** `key` names the design: the same key keeps one strategy. */
type Design = { readonly key: string; readonly strategy: Strategy };

export type AnalystActivities = ReturnType<typeof createAnalystActivities>;

export const createAnalystActivities = (parts: AnalystParts) => ({
  /**
   * Features of a symbol, and with `more` its news, knowledge and limits. @throws InvalidInput ACCOUNT_UNKNOWN (final)
   */
  gatherFacts: (request: FactsRequest): Promise<FactsAnswer> => finalOnInvalidInput(() => gatherFacts(parts, request)),

  /** Which of a few symbols are worth a question. */
  screenSymbols: (request: ScreenSymbols): Promise<ScreenedSymbol[]> => screenSymbols(parts, request),

  /** The analyses that today's limit leaves room for. */
  takePlaces: (request: PlacesRequest): Promise<string[]> => parts.takePlaces({ ...request, nowMs: parts.nowMs() }),

  /** One call of a tool by a model. */
  callTool: (request: ToolRequest): Promise<ToolAnswer> => finalOnInvalidInput(() => callTool(parts, request)),

  /** Keeps a strategy that was designed, not promoted, under an id that derives from its key. */
  keepDesign: async ({ key, strategy }: Design): Promise<{ readonly strategyId: string }> => {
    const strategyId = `design-${sha256Hex(key).slice(0, 16)}`;
    await parts.keepStrategy(strategyId, strategy);
    return { strategyId };
  },

  /** Scores the calls that fed a trade. @throws InvalidInput TRADE_UNKNOWN (final) */
  reviewTrade: ({ tradeId }: { readonly tradeId: string }): Promise<TradeReviewResult> =>
    finalOnInvalidInput(() => parts.reviewTrade(tradeId, parts.nowMs())),
});
