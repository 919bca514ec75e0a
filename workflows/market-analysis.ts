/**
 * An analysis of one to twenty symbols, at most five side by side; of up to a thousand with a screening before it. It
 * sends no orders: regime and levels are computed, text and recommendations are a model's and have passed their
 * contract. A symbol that cannot be analysed says why.
 */
import { setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { scopeOf } from '../domain/llm/analysis-scope.ts';
import {
  type AnalysisProgress,
  analysisProblems,
  type MarketAnalysisInput,
  type MarketAnalysisResult,
  marketAnalysisInputSchema,
  SYMBOLS_MAX,
  type SymbolAnalysis,
} from '../schemas/market-analysis.ts';
import { InvalidInput } from '../schemas/problem.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { analyseSymbol } from './analysis/analyse-symbol.ts';
import { analysisDetails } from './analysis/details.ts';
import { deepened, type ScreeningAsked, screened } from './analysis/screening.ts';
import { inLanes } from './lib/in-lanes.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { MARKET_ANALYSIS, progressQuery } from './messages/market-analysis.ts';
import { searchAttributes } from './messages/search-attributes.ts';

const LANES = 5;
const MICRO = 1_000_000;

/** How far the run is. */
type Board = { input: MarketAnalysisInput | null; readonly told: SymbolAnalysis[]; done: boolean };

/** @param raw `marketAnalysisInputSchema` */
export async function marketAnalysis(raw?: unknown): Promise<MarketAnalysisResult> {
  const { workflowId, originalExecutionRunId } = workflowInfo();
  const board: Board = { input: null, told: [], done: false };
  setHandler(progressQuery, () => progressOf(board), {
    description: 'How many symbols are analysed, and what it has cost so far.',
  });
  const asked = { prefix: MARKET_ANALYSIS, workflowId, nowMs: Date.now() };
  const input = orFail(() => inputOf(raw, asked));
  board.input = input;
  upsertSearchAttributes([{ key: searchAttributes.symbols, value: input.symbols.slice(0, SYMBOLS_MAX) }]);
  const { symbols, accountId, barIntervalMs, masked } = input;
  const asOfMs = input.asOf === null ? Date.now() : Date.parse(input.asOf);
  const scope = scopeOf({ asOfMs, symbols, barIntervalMs, accountId, masked });
  setCurrentDetails(analysisDetails(input, board.told, false));
  const key = `${workflowId}/${originalExecutionRunId}`;
  const told = (one: SymbolAnalysis): void => tell(board, input, one);
  const { analyses, screening } = await orFailWithProblems(() => analysed({ key, input, scope, told }));
  board.done = true;
  const ofScreening = screening?.stages.find(({ stage }) => stage === 'screening')?.costMicroUsd ?? 0;
  const costMicroUsd = costOf(analyses) + ofScreening;
  upsertSearchAttributes([{ key: searchAttributes.llmCostUsd, value: costMicroUsd / MICRO }]);
  setCurrentDetails(analysisDetails(input, analyses, true));
  const contaminated = screening?.contaminated === true || analyses.some((one) => one.contaminated);
  return { depth: input.depth, asOfMs, analyses, screening, costMicroUsd, masked, contaminated };
}

const progressOf = ({ input, told, done }: Board): AnalysisProgress => ({
  state: done ? 'done' : 'running',
  depth: input?.depth ?? null,
  symbols: input?.symbols.length ?? 0,
  analysed: told.length,
  costMicroUsd: costOf(told),
});

/** A symbol that is analysed again, more deeply, keeps its place. */
function tell({ told }: Board, input: MarketAnalysisInput, one: SymbolAnalysis): void {
  const at = told.findIndex(({ symbol }) => symbol === one.symbol);
  const before = told[at];
  if (before === undefined) told.push(one);
  else told[at] = deepened(before, one);
  setCurrentDetails(analysisDetails(input, told, false));
}

type Analysed = Pick<MarketAnalysisResult, 'analyses' | 'screening'>;

async function analysed(asked: Omit<ScreeningAsked, 'screening'>): Promise<Analysed> {
  const { key, input, scope, told } = asked;
  if (input.screening !== null) return screened({ ...asked, screening: input.screening });
  const analyses = await inLanes(input.symbols, LANES, async (symbol) => {
    const one = await analyseSymbol({ symbol, key: `${key}/${symbol}`, input, scope });
    told(one);
    return one;
  });
  return { analyses, screening: null };
}

/** @throws InvalidInput */
function inputOf(raw: unknown, asked: Parameters<typeof parseRunInput>[2]): MarketAnalysisInput {
  const input = parseRunInput(marketAnalysisInputSchema, raw, asked);
  const problems = analysisProblems(input);
  if (problems.length > 0) throw new InvalidInput(problems);
  return input;
}

const costOf = (analyses: readonly SymbolAnalysis[]): number =>
  analyses.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
