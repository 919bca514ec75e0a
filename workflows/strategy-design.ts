/**
 * A strategy by a model: designed with tools, checked by the schema of its type, run over stored bars under the desk's
 * rules, and only then kept under an id that sessions take. What a person wished for is kept as it was wished.
 */
import { setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { backtestRequest } from '../domain/backtest/backtest-request.ts';
import { scopeOf, shownName } from '../domain/llm/analysis-scope.ts';
import { strategyOfDesign } from '../domain/llm/designed-strategy.ts';
import type { FactsAnswer, SymbolFacts } from '../schemas/analyst.ts';
import { type BacktestRunResult, backtestRunInputSchema } from '../schemas/backtest-run.ts';
import { intervalText } from '../schemas/interval.ts';
import type { DesignedStrategy } from '../schemas/llm/contracts/strategy.ts';
import type { ModelOutcome } from '../schemas/llm/outcome.ts';
import type { ToolScope } from '../schemas/llm/tool-call.ts';
import { InvalidInput } from '../schemas/problem.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import { isTwoLegged, type Strategy, strategyParameterSchemas, strategySchema } from '../schemas/signals.ts';
import {
  type DesignProgress,
  designProblems,
  directionOf,
  type StrategyDesignInput,
  type StrategyDesignResult,
  strategyDesignInputSchema,
} from '../schemas/strategy-design.ts';
import { preparing } from './analysis/activities.ts';
import { converse, type Question } from './lib/conversation.ts';
import { noDecision } from './lib/gateway.ts';
import { orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { progressQuery, STRATEGY_DESIGN } from './messages/strategy-design.ts';
import { backtesting } from './research/activities.ts';
import { publishMarket } from './research/panel.ts';

type Designed = { readonly strategy: Strategy; readonly design: DesignedStrategy };

/** @param raw `strategyDesignInputSchema` */
export async function strategyDesign(raw?: unknown): Promise<StrategyDesignResult> {
  const { workflowId, originalExecutionRunId: openKey } = workflowInfo();
  const progress: { now: DesignProgress } = { now: { state: 'asking', strategyId: null } };
  setHandler(progressQuery, () => progress.now, { description: 'Whether it is designed, tested and kept.' });
  const asked = { prefix: STRATEGY_DESIGN, workflowId, nowMs: Date.now() };
  const input = orFail(() => inputOf(raw, asked));
  publishMarket(input.symbols, { strategyType: input.strategyType });
  setCurrentDetails(`### Design of ${input.strategyType}: asking`);
  const key = `${workflowId}/${openKey}`;
  const outcome = await designOf(input, key);
  const found = outcome.kind === 'answer' ? accepted(input, outcome.value as DesignedStrategy) : null;
  if (found === null || typeof found === 'string') return told(input, outcome, found, null, null, progress);
  progress.now = { state: 'backtesting', strategyId: null };
  setCurrentDetails(`### Design of ${input.strategyType}: backtesting`);
  const backtest = await tested(input, found.strategy, workflowId, openKey);
  if (backtest.report.fills === 0) return told(input, outcome, 'STRATEGY_NO_TRADES', backtest, null, progress);
  const kept = { key, strategy: found.strategy };
  const { strategyId } = await preparing().keepDesign.executeWithOptions({ summary: 'keep the design' }, [kept]);
  return told(input, outcome, { ...found, strategyId }, backtest, strategyId, progress);
}

/** @throws InvalidInput */
function inputOf(raw: unknown, asked: Parameters<typeof parseRunInput>[2]): StrategyDesignInput {
  const input = parseRunInput(strategyDesignInputSchema, raw, asked);
  const problems = designProblems(input);
  if (problems.length > 0) throw new InvalidInput(problems);
  return input;
}

async function designOf(input: StrategyDesignInput, key: string): Promise<ModelOutcome<unknown>> {
  const { symbols, barIntervalMs, accountId, masked, to } = input;
  const asOfMs = to === null ? Date.now() : Date.parse(to);
  const scope = scopeOf({ asOfMs, symbols, barIntervalMs, accountId, masked });
  const isPair = isTwoLegged(input.strategyType);
  const found = await Promise.all(symbols.slice(0, isPair ? 2 : 1).map((symbol) => factsOf(symbol, scope)));
  const missing = found.find(({ facts }) => facts === null);
  if (missing?.facts === null) return noDecision(missing.noData.split(' ')[0] ?? '', missing.noData);
  const [first, second] = found.flatMap(({ facts }) => facts ?? []);
  if (first === undefined) return noDecision('TOOL_NO_DATA', 'no symbol');
  const question = questionOf(input, first, scope, key);
  if (second === undefined) return converse(question, { tools: ['get_market_features', 'backtest_strategy'], scope });
  // The tool runs one symbol for itself: a pair is tested once it is designed.
  const variables = { ...question.variables, secondLeg: second.variables.features } as Question['variables'];
  return converse({ ...question, variables }, { tools: ['get_market_features'], scope });
}

function factsOf(symbol: string, scope: ToolScope): Promise<FactsAnswer> {
  const request = { symbol, scope, more: false };
  return preparing().gatherFacts.executeWithOptions({ summary: `facts of ${symbol}` }, [request]);
}

function questionOf(input: StrategyDesignInput, facts: SymbolFacts, scope: ToolScope, key: string): Question {
  const { strategyType, parameters, from } = input;
  const direction = directionOf(input);
  const names = input.symbols.map((symbol) => shownName(symbol, scope));
  return {
    callKey: key,
    task: 'strategyDesign',
    contract: 'strategy',
    promptId: 'strategy-designer',
    variables: { ...(facts.variables as Question['variables']), strategyType, parameters, direction, symbols: names },
    symbols: names,
    decisionId: key,
    asOfMs: facts.asOfMs,
    windowFromMs: from === null ? 0 : Date.parse(from),
  };
}

/** The design with what was wished for, or the code of what is wrong with it. */
function accepted({ strategyType, parameters }: StrategyDesignInput, design: DesignedStrategy): Designed | string {
  if (design.type !== strategyType) return 'STRATEGY_OTHER_TYPE';
  const base = strategyOfDesign(design);
  const wished = strategyParameterSchemas[strategyType].safeParse({ ...base.parameters, ...parameters });
  if (!wished.success) return 'STRATEGY_PARAMETERS';
  const { entryRules, exitRules } = design;
  const strategy = strategySchema.parse({ ...base, parameters: wished.data, entryRules, exitRules });
  return { strategy, design };
}

async function tested(
  input: StrategyDesignInput,
  strategy: Strategy,
  workflowId: string,
  openKey: string,
): Promise<BacktestRunResult> {
  const { symbols, barIntervalMs, from, to } = input;
  const flags = {
    strategy: strategy.type,
    symbol: [...symbols],
    interval: intervalText(barIntervalMs),
    direction: directionOf(input),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  };
  const { session, engine } = orFail(() => backtestRequest(backtestRunInputSchema.parse(flags)));
  const parsed = orFail(() => parseSessionInput({ ...session, strategy }, 'strategy-session:design', Date.now()));
  const request = { session: parsed, engine, seedIndicators: 'talib' as const, workflowId, openKey };
  const summary = `${strategy.type} on ${symbols.join(', ')}`;
  return orFailWithProblems(() => backtesting().runBacktest.executeWithOptions({ summary }, [request]));
}

function told(
  { strategyType, masked }: StrategyDesignInput,
  outcome: ModelOutcome<unknown>,
  found: (Designed & { readonly strategyId: string }) | string | null,
  backtest: BacktestRunResult | null,
  strategyId: string | null,
  progress: { now: DesignProgress },
): StrategyDesignResult {
  const reason = typeof found === 'string' ? found : outcome.kind === 'noDecision' ? outcome.reason : null;
  const design = found === null || typeof found === 'string' ? null : found;
  progress.now = { state: 'done', strategyId };
  setCurrentDetails(
    `### Design of ${strategyType}: ${strategyId === null ? `no decision, ${reason}` : `kept as ${strategyId}`}`,
  );
  return {
    strategyId,
    strategy: design === null ? null : asSessionsTakeIt(design.strategy),
    rationale: design?.design.rationale ?? null,
    backtest: backtest === null ? null : figuresOf(backtest),
    noDecision: reason,
    provider: outcome.kind === 'answer' ? outcome.provider : null,
    model: outcome.kind === 'answer' ? outcome.model : null,
    contaminated: outcome.contaminated === true,
    masked,
    callIds: [...outcome.callIds],
    costMicroUsd: outcome.costMicroUsd,
  };
}

function asSessionsTakeIt({ leverage: _one, entryRules = [], exitRules = [], ...strategy }: Strategy) {
  return { ...strategy, entryRules, exitRules };
}

function figuresOf({ runId, report }: BacktestRunResult) {
  const { bars, trades, returnFraction, sharpe, drawdownFractionMax, resultHash } = report;
  return { backtestId: runId, bars, trades, returnFraction, sharpe, drawdownFractionMax, resultHash };
}
