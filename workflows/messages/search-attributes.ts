/** The search attributes of the desk, registered by `npm start`. For finding runs, never for business state. */
import { defineSearchAttributeKey } from '@temporalio/common';

export const searchAttributes = {
  tradingMode: defineSearchAttributeKey('TradingMode', 'KEYWORD'),
  strategyType: defineSearchAttributeKey('StrategyType', 'KEYWORD'),
  regime: defineSearchAttributeKey('Regime', 'KEYWORD'),
  operatingMode: defineSearchAttributeKey('OperatingMode', 'KEYWORD'),
  symbols: defineSearchAttributeKey('Symbols', 'KEYWORD_LIST'),
  generation: defineSearchAttributeKey('Generation', 'INT'),
  bestScore: defineSearchAttributeKey('BestScore', 'DOUBLE'),
  realizedPnlUsd: defineSearchAttributeKey('RealizedPnlUsd', 'DOUBLE'),
  llmCostUsd: defineSearchAttributeKey('LlmCostUsd', 'DOUBLE'),
  needsApproval: defineSearchAttributeKey('NeedsApproval', 'BOOL'),
} as const;
