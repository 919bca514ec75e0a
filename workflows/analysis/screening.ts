/**
 * A screening before analyses: every symbol through the rules, what is left through the screening
 * tier in rows of twenty, the surest of these to analyses, and the surest of the analyses to deep
 * ones. Each stage tells what it kept and cost.
 */
import { scopeOf, shownName } from '../../domain/llm/analysis-scope.ts';
import { inChunks, keptOf, ROWS_A_QUESTION } from '../../domain/llm/screening.ts';
import type { ScreenedSymbol } from '../../schemas/analyst.ts';
import type { AnswerOf } from '../../schemas/llm/contracts/index.ts';
import type { ModelOutcome } from '../../schemas/llm/outcome.ts';
import type { ToolScope } from '../../schemas/llm/tool-call.ts';
import {
  ANALYSES_A_DAY,
  DEEP_ANALYSES_A_DAY,
  type MarketAnalysisInput,
  type Screening,
  type ScreeningReason,
  type ScreeningResult,
  type ScreeningStage,
  type SymbolAnalysis,
} from '../../schemas/market-analysis.ts';
import type { Question } from '../lib/conversation.ts';
import { ask, noDecision } from '../lib/gateway.ts';
import { inLanes } from '../lib/in-lanes.ts';
import { preparing } from './activities.ts';
import { analyseSymbol } from './analyse-symbol.ts';
import { prefetched } from './batched.ts';

export type ScreeningAsked = {
  readonly key: string;
  readonly input: MarketAnalysisInput;
  readonly screening: Screening;
  /** Of all symbols. */
  readonly scope: ToolScope;
  readonly told: (analysis: SymbolAnalysis) => void;
};

export type Screened = { readonly analyses: SymbolAnalysis[]; readonly screening: ScreeningResult };

type Row = AnswerOf<'screening'>['rows'][number];
type Left = { readonly symbol: string; readonly reason: ScreeningReason };
type Cost = Pick<ScreeningStage, 'calls' | 'costMicroUsd'>;

const LANES = 5;
const FREE: Cost = { calls: 0, costMicroUsd: 0 };

export async function screened(asked: ScreeningAsked): Promise<Screened> {
  const { input, screening } = asked;
  const byRules = await throughRules(asked);
  const rows = byRules.filter(({ left }) => left === null);
  const asking = await throughModel(asked, rows);
  const chosen = await withPlaces(asked, 'analysis', asking.kept.slice(0, screening.analysesMax));
  const depth = input.depth === 'deep' ? 'comprehensive' : input.depth;
  const first = await analysed(asked, chosen, depth);
  const best = input.depth === 'deep' ? surest(first).slice(0, screening.deepMax) : [];
  const deepSymbols = await withPlaces(asked, 'deep', best);
  const deep = await analysed(asked, deepSymbols, 'deep');
  const stages: ScreeningStage[] = [
    { stage: 'rules', shown: byRules.length, kept: rows.length, ...FREE },
    { stage: 'screening', shown: rows.length, kept: asking.kept.length, ...asking.cost },
    { stage: 'analysis', shown: asking.kept.length, kept: chosen.length, ...costOf(first) },
    { stage: 'deep', shown: best.length, kept: deepSymbols.length, ...costOf(deep) },
  ];
  const left = [
    ...byRules.flatMap(({ symbol, left: reason }) => (reason === null ? [] : [{ symbol, reason }])),
    ...asking.left,
    ...asking.kept
      .filter((symbol) => !chosen.includes(symbol))
      .map((symbol): Left => ({ symbol, reason: 'SCREEN_NO_PLACE' })),
  ];
  const { sentAs, contaminated } = asking;
  return { analyses: merged(first, deep), screening: { stages, left, sentAs, contaminated } };
}

async function throughRules({ input, scope }: ScreeningAsked): Promise<ScreenedSymbol[]> {
  const chunks = inChunks(input.symbols, ROWS_A_QUESTION);
  const screenedChunks = await inLanes(chunks, LANES, (symbols) => {
    const names = symbols.map((symbol) => shownName(symbol, scope));
    const { asOfMs, barIntervalMs, accountId } = scope;
    const summary = `rules for ${symbols[0]} and ${symbols.length - 1} more`;
    const request = { symbols, names, asOfMs, barIntervalMs, accountId };
    return preparing().screenSymbols.executeWithOptions({ summary }, [request]);
  });
  return screenedChunks.flat();
}

type ModelStage = {
  /** Symbols, the surest first. */
  readonly kept: string[];
  readonly left: Left[];
  readonly cost: Cost;
  readonly sentAs: string;
  readonly contaminated: boolean;
};

async function throughModel(asked: ScreeningAsked, rows: readonly ScreenedSymbol[]): Promise<ModelStage> {
  const { key, screening, scope } = asked;
  const chunks = inChunks(rows, ROWS_A_QUESTION);
  const questions = chunks.map((chunk, index) => questionOf(asked, chunk, index));
  const wanted = screening.batch && questions.length > 0;
  const sentAs = wanted ? await prefetched(`${key}/screening`, questions) : 'questions';
  const outcomes = await inLanes(questions, LANES, (question) => rowsOf(question));
  const names = rows.map(({ symbol }) => shownName(symbol, scope));
  const answers = outcomes.flatMap((one) => (one.kind === 'answer' ? one.value : []));
  const symbolOf = new Map(rows.map(({ symbol }) => [shownName(symbol, scope), symbol]));
  const keptNames = keptOf(names, answers);
  const answered = new Set(answers.map(({ symbol }) => symbol));
  return {
    kept: keptNames.flatMap((name) => symbolOf.get(name) ?? []),
    left: names
      .filter((name) => !keptNames.includes(name))
      .map((name) => ({
        symbol: symbolOf.get(name) ?? name,
        reason: answered.has(name) ? 'SCREEN_NOT_KEPT' : 'SCREEN_NO_ANSWER',
      })),
    cost: costOf(outcomes),
    sentAs,
    contaminated: outcomes.some((one) => one.contaminated === true),
  };
}

function questionOf({ key, scope }: ScreeningAsked, chunk: readonly ScreenedSymbol[], index: number): Question {
  const names = chunk.map(({ symbol }) => shownName(symbol, scope));
  const variables = {
    asOf: new Date(scope.asOfMs).toISOString(),
    barIntervalMs: scope.barIntervalMs,
    rows: chunk.map(({ row }) => row),
  };
  return {
    callKey: `${key}/screen:${index}`,
    task: 'screening',
    contract: 'screening',
    promptId: 'screening',
    variables: variables as Question['variables'],
    symbols: names,
    decisionId: key,
    asOfMs: scope.asOfMs,
  };
}

async function rowsOf(question: Question): Promise<ModelOutcome<readonly Row[]>> {
  const outcome = await ask(question, question.callKey.split('/').at(-1) ?? 'screening');
  if (outcome.kind === 'tools') return noDecision('TOOL_UNKNOWN', 'it asked for tools that were not offered');
  // The gateway has parsed it by the contract `screening`.
  return outcome.kind === 'answer' ? { ...outcome, value: (outcome.value as AnswerOf<'screening'>).rows } : outcome;
}

const keyOf = ({ key }: ScreeningAsked, symbol: string): string => `${key}/${symbol}`;

/** Those that today's limit leaves room for, in their order. */
async function withPlaces(asked: ScreeningAsked, stage: 'analysis' | 'deep', symbols: string[]): Promise<string[]> {
  if (symbols.length === 0) return [];
  const placesMax = stage === 'analysis' ? ANALYSES_A_DAY : DEEP_ANALYSES_A_DAY;
  const keys = symbols.map((symbol) => keyOf(asked, symbol));
  const request = { stage, keys, placesMax };
  const summary = `${stage} places for ${symbols.length}`;
  const taken = new Set(await preparing().takePlaces.executeWithOptions({ summary }, [request]));
  return symbols.filter((symbol) => taken.has(keyOf(asked, symbol)));
}

const analysed = (
  asked: ScreeningAsked,
  symbols: readonly string[],
  depth: MarketAnalysisInput['depth'],
): Promise<SymbolAnalysis[]> =>
  inLanes(symbols, LANES, async (symbol) => {
    const { input, scope, told } = asked;
    const { masks, ...rest } = scope;
    const name = shownName(symbol, scope);
    const own = {
      ...scopeOf({ ...rest, symbols: [symbol], masked: false }),
      masks: name in masks ? { [name]: symbol } : {},
    };
    const key = depth === 'deep' ? `${keyOf(asked, symbol)}/deep` : keyOf(asked, symbol);
    const one = await analyseSymbol({ symbol, key, input: { ...input, depth }, scope: own });
    told(one);
    return one;
  });

/** Symbols whose first recommendation is a trade, the surest first. */
const surest = (analyses: readonly SymbolAnalysis[]): string[] =>
  analyses
    .flatMap(({ symbol, recommendations: [first] }) =>
      first === undefined || first.action === 'hold' ? [] : [{ symbol, confidence: first.confidence }],
    )
    .sort((a, b) => b.confidence - a.confidence)
    .map(({ symbol }) => symbol);

/** A deep analysis takes the place of the one before it, with the calls and the cost of both. */
const merged = (first: readonly SymbolAnalysis[], deep: readonly SymbolAnalysis[]): SymbolAnalysis[] =>
  first.map((one) => {
    const deeper = deep.find(({ symbol }) => symbol === one.symbol);
    return deeper === undefined ? one : deepened(one, deeper);
  });

export const deepened = (one: SymbolAnalysis, deeper: SymbolAnalysis): SymbolAnalysis => ({
  ...deeper,
  callIds: [...one.callIds, ...deeper.callIds],
  costMicroUsd: one.costMicroUsd + deeper.costMicroUsd,
  contaminated: one.contaminated || deeper.contaminated,
});

type Costly = { readonly callIds: readonly string[]; readonly costMicroUsd: number };

const costOf = (all: readonly Costly[]): Cost => ({
  calls: all.reduce((sum, { callIds }) => sum + callIds.length, 0),
  costMicroUsd: all.reduce((sum, one) => sum + one.costMicroUsd, 0),
});
