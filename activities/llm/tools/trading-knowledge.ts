/** `query_trading_knowledge`: passages of documents that bear no date after `asOf`, each with its document's id. */
import { cleanUntrusted } from '../../../domain/llm/untrusted-text.ts';
import type { Tool } from './tool.ts';

const PASSAGE_MAX = 1_200;

export const tradingKnowledgeTool: Tool<'query_trading_knowledge'> = async (parts, { question, limit }, scope) => {
  const { passages, withheldCount } = await parts.knowledge({ question, limit, asOfMs: scope.asOfMs });
  return {
    value: {
      question,
      passages: passages.map((one) => ({ ...one, text: cleanUntrusted(one.text, PASSAGE_MAX).text })),
    },
    withheld: withheldCount === 0 ? [] : [`${withheldCount} documents: dated after asOf`],
  };
};
