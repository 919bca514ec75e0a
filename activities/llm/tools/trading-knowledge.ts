/** `query_trading_knowledge`: passages of documents that bear no date after `asOf`, each with its document's id. */
import { shownPassage } from '../../../domain/llm/knowledge/shown-passage.ts';
import type { Tool } from './tool.ts';

export const tradingKnowledgeTool: Tool<'query_trading_knowledge'> = async (parts, { question, limit }, scope) => {
  const { passages, withheldCount } = await parts.knowledge({ question, limit, asOfMs: scope.asOfMs });
  return {
    value: { question, passages: passages.map(shownPassage) },
    withheld: withheldCount === 0 ? [] : [`${withheldCount} documents: dated after asOf`],
  };
};
