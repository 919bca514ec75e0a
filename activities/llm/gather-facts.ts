/** The facts a question begins with: read by code, at its `asOf`, through the very tools that the model may call later. */
import { shownName } from '../../domain/llm/analysis-scope.ts';
import type { FactsAnswer, FactsRequest } from '../../schemas/analyst.ts';
import type { UntrustedText } from '../../schemas/llm/ask-model.ts';
import type { ToolScope } from '../../schemas/llm/tool-call.ts';
import { featuresKnown } from './tools/market-features.ts';
import { newsSentimentTool } from './tools/news-sentiment.ts';
import { riskLimitsTool } from './tools/risk-limits.ts';
import { type ToolParts, ToolRefused } from './tools/tool.ts';
import { tradingKnowledgeTool } from './tools/trading-knowledge.ts';

const PASSAGES = 3;
/** What the limits are asked about: the largest size the desk gives an entry, with a confidence that passes. */
const ASKED_SIZE = 0.1;

export async function gatherFacts(parts: ToolParts, request: FactsRequest): Promise<FactsAnswer> {
  const { symbol, scope } = request;
  const { asOfMs, barIntervalMs: intervalMs } = scope;
  const name = shownName(symbol, scope);
  try {
    const { features } = await featuresKnown(parts, { symbol, intervalMs, asOfMs });
    const more = request.more ? await moreFacts(parts, name, scope, String(features.regime.label)) : NOTHING_MORE;
    const { close, regime, levels } = features;
    const variables = {
      symbol: name,
      asOf: new Date(features.asOfMs).toISOString(),
      barIntervalMs: intervalMs,
      features: { ...features, symbol: name },
      ...more.variables,
    };
    const facts = { symbol, asOfMs: features.asOfMs, close, regime, levels, variables, untrusted: more.untrusted };
    return { facts, noData: null };
  } catch (error) {
    if (!(error instanceof ToolRefused)) throw error;
    return { facts: null, noData: `${error.code} ${error.message}` };
  }
}

type More = { readonly variables: Readonly<Record<string, unknown>>; readonly untrusted: readonly UntrustedText[] };
const NOTHING_MORE: More = { variables: {}, untrusted: [] };

async function moreFacts(parts: ToolParts, symbol: string, scope: ToolScope, regime: string): Promise<More> {
  const wide = { symbol, from: null, to: null };
  const asked = { symbol, side: 'buy' as const, sizeFraction: ASKED_SIZE, leverage: 1, confidence: 1 };
  const question = { question: `${regime} market trend momentum volatility`, limit: PASSAGES };
  const [news, risk, knowledge] = await Promise.all([
    newsSentimentTool(parts, wide, scope),
    riskLimitsTool(parts, asked, scope).catch(unlessRefused),
    tradingKnowledgeTool(parts, question, scope),
  ]);
  const { headlines = [], ...sentiment } = news.value;
  return {
    variables: { news: sentiment, risk: risk?.value ?? null, knowledge: knowledge.value },
    untrusted: (headlines as readonly string[]).map((text) => ({ label: 'headline', text })),
  };
}

/** Books that have moved since tell nothing about then. */
function unlessRefused(error: unknown): null {
  if (error instanceof ToolRefused) return null;
  throw error;
}
