/**
 * An analysis of one to twenty symbols, at most five side by side. It orders nothing: regime and levels are computed, words
 * and recommendations are a model's and have passed their contract. A symbol that cannot be analysed says why.
 */
import { setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { scopeOf } from '../domain/llm/analysis-scope.ts';
import {
  type MarketAnalysisInput,
  type MarketAnalysisResult,
  marketAnalysisInputSchema,
  type SymbolAnalysis,
} from '../schemas/market-analysis.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { analyseSymbol } from './analysis/analyse-symbol.ts';
import { analysisDetails } from './analysis/details.ts';
import { inLanes } from './lib/in-lanes.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { MARKET_ANALYSIS, progressQuery } from './messages/market-analysis.ts';
import { searchAttributes } from './messages/search-attributes.ts';

const LANES = 5;
const MICRO = 1_000_000;

/** @param raw `marketAnalysisInputSchema` */
export async function marketAnalysis(raw?: unknown): Promise<MarketAnalysisResult> {
  const { workflowId, originalExecutionRunId } = workflowInfo();
  const told: SymbolAnalysis[] = [];
  const opened: { input: MarketAnalysisInput | null; done: boolean } = { input: null, done: false };
  setHandler(
    progressQuery,
    () => ({
      state: opened.done ? 'done' : 'running',
      depth: opened.input?.depth ?? null,
      symbols: opened.input?.symbols.length ?? 0,
      analysed: told.length,
      costMicroUsd: costOf(told),
    }),
    { description: 'How many symbols are analysed, and what it has cost so far.' },
  );
  const asked = { prefix: MARKET_ANALYSIS, workflowId, nowMs: Date.now() };
  const input = orFail(() => parseRunInput(marketAnalysisInputSchema, raw, asked));
  opened.input = input;
  upsertSearchAttributes([{ key: searchAttributes.symbols, value: [...input.symbols] }]);
  const { symbols, accountId, barIntervalMs, masked } = input;
  const asOfMs = input.asOf === null ? Date.now() : Date.parse(input.asOf);
  const scope = scopeOf({ asOfMs, symbols, barIntervalMs, accountId, masked });
  setCurrentDetails(analysisDetails(input, told, false));
  const analyses = await inLanes(symbols, LANES, async (symbol) => {
    const key = `${workflowId}/${originalExecutionRunId}/${symbol}`;
    const one = await orFailWithProblems(() => analyseSymbol({ symbol, key, input, scope }));
    told.push(one);
    setCurrentDetails(analysisDetails(input, told, false));
    return one;
  });
  opened.done = true;
  const costMicroUsd = costOf(analyses);
  upsertSearchAttributes([{ key: searchAttributes.llmCostUsd, value: costMicroUsd / MICRO }]);
  setCurrentDetails(analysisDetails(input, analyses, true));
  const contaminated = analyses.some((one) => one.asked?.contaminated === true);
  return { depth: input.depth, asOfMs, analyses, costMicroUsd, masked, contaminated };
}

const costOf = (analyses: readonly SymbolAnalysis[]): number =>
  analyses.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
