/** `get_news_sentiment`: what the news that was known said. Headlines are left out where symbols are masked: they name them. */
import { cleanUntrusted } from '../../../domain/llm/untrusted-text.ts';
import { instantMeant, symbolMeant, type Tool } from './tool.ts';

const LOOK_BACK_MS = 7 * 86_400_000;
const HEADLINE_MAX = 300;

export const newsSentimentTool: Tool<'get_news_sentiment'> = async (parts, asked, scope) => {
  const symbol = asked.symbol === null ? null : symbolMeant(asked.symbol, scope);
  const toMs = instantMeant(asked.to, 'to', scope.asOfMs, scope);
  const fromMs = instantMeant(asked.from, 'from', toMs - LOOK_BACK_MS, scope);
  const look = await parts.news({ symbol, fromMs, toMs, asOfMs: scope.asOfMs });
  const { withheldCount, headlines, ...told } = look;
  const isMasked = Object.keys(scope.masks).length > 0;
  return {
    value: {
      symbol: asked.symbol,
      ...told,
      headlines: isMasked ? [] : headlines.map((one) => cleanUntrusted(one, HEADLINE_MAX).text),
    },
    withheld: withheldCount === 0 ? [] : [`${withheldCount} news items: known after asOf`],
  };
};
