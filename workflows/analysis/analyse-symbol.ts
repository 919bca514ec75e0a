/** One symbol of an analysis: its facts, then as many questions as the depth asks for. What fails is no decision. */
import { shownName } from '../../domain/llm/analysis-scope.ts';
import type { SymbolFacts } from '../../schemas/analyst.ts';
import type { Analysis } from '../../schemas/llm/contracts/analysis.ts';
import type { ModelOutcome } from '../../schemas/llm/outcome.ts';
import type { ToolScope } from '../../schemas/llm/tool-call.ts';
import type { ToolName } from '../../schemas/llm/tools.ts';
import type { MarketAnalysisInput, SymbolAnalysis } from '../../schemas/market-analysis.ts';
import { converse, type Question } from '../lib/conversation.ts';
import { ask, noDecision } from '../lib/gateway.ts';
import { preparing } from './activities.ts';
import { secondOpinions } from './second-opinions.ts';

const COMPREHENSIVE_TOOLS: readonly ToolName[] = [
  'get_market_features',
  'check_risk_limits',
  'get_news_sentiment',
  'query_trading_knowledge',
];
const DEEP_TOOLS: readonly ToolName[] = [...COMPREHENSIVE_TOOLS, 'backtest_strategy'];

/** How far a price in an answer may lie from the last one. */
const COLLAR_FRACTION = 0.2;

/** `key` names the question for ever: it derives from the workflow's id and its first run. */
export type SymbolAsked = {
  readonly symbol: string;
  readonly key: string;
  readonly input: MarketAnalysisInput;
  readonly scope: ToolScope;
};

export async function analyseSymbol(asked: SymbolAsked): Promise<SymbolAnalysis> {
  const { symbol, input, scope } = asked;
  const request = { symbol, scope, more: input.depth !== 'quick' };
  const found = await preparing().gatherFacts.executeWithOptions({ summary: `facts of ${symbol}` }, [request]);
  if (found.facts === null) return { ...emptyAnalysis(symbol), noDecision: found.noData };
  const { facts } = found;
  const question = questionOf(asked, facts);
  const outcome = await mainOutcome(asked, question);
  const told = analysisOf(facts, outcome);
  if (input.depth !== 'deep' || outcome.kind !== 'answer') return told;
  return { ...told, ...(await secondOpinions({ question, facts, told })) };
}

function questionOf({ symbol, key, input, scope }: SymbolAsked, facts: SymbolFacts): Question {
  const name = shownName(symbol, scope);
  return {
    callKey: key,
    task: input.depth === 'deep' ? 'deepAnalysis' : 'analysis',
    contract: 'analysis',
    promptId: 'master-analyst',
    variables: facts.variables as Question['variables'],
    untrusted: [...facts.untrusted],
    symbols: [name],
    bounds: { lastPrices: { [name]: facts.close }, priceCollarFraction: COLLAR_FRACTION },
    decisionId: key,
    asOfMs: scope.asOfMs,
    windowFromMs: facts.asOfMs,
    tierAtLeast: input.useReasoningModel ? 'reasoning' : null,
  };
}

async function mainOutcome({ symbol, input, scope }: SymbolAsked, question: Question): Promise<ModelOutcome<unknown>> {
  if (input.depth !== 'quick') {
    return converse(question, { tools: input.depth === 'deep' ? DEEP_TOOLS : COMPREHENSIVE_TOOLS, scope });
  }
  const outcome = await ask(question, `analysis of ${symbol}`);
  // Without tools there is nothing to ask for.
  return outcome.kind === 'tools' ? noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered') : outcome;
}

const emptyAnalysis = (symbol: string): SymbolAnalysis => ({
  symbol,
  asOfMs: null,
  regime: null,
  levels: [],
  summary: null,
  sentiment: null,
  risks: [],
  recommendations: [],
  noDecision: null,
  asked: null,
  contrarian: null,
  consensus: null,
  callIds: [],
  costMicroUsd: 0,
  contaminated: false,
});

function analysisOf(facts: SymbolFacts, outcome: ModelOutcome<unknown>): SymbolAnalysis {
  const { symbol, asOfMs, regime, levels } = facts;
  const spent = { callIds: [...outcome.callIds], costMicroUsd: outcome.costMicroUsd };
  const contaminated = outcome.contaminated === true;
  const base = { ...emptyAnalysis(symbol), asOfMs, regime, levels: [...levels], ...spent, contaminated };
  if (outcome.kind === 'noDecision') return { ...base, noDecision: outcome.reason };
  // The gateway has parsed it by the contract that was asked for.
  const { summary, sentiment, risks, recommendations } = outcome.value as Analysis;
  const { provider, model, promptVersion } = outcome;
  return {
    ...base,
    summary,
    sentiment,
    risks,
    recommendations,
    asked: { provider, model, promptVersion, contaminated },
  };
}
