/**
 * `backtest_strategy`: the research desk's engine over the bars that were known, under the desk's rules and costs. Figures
 * only; no bar leaves it.
 */

import { performanceMetrics, periodsPerYear } from '../../../domain/backtest/metrics.ts';
import { builtInVoice, deskPlan } from '../../../domain/engine/desk-plan.ts';
import { engineMarket } from '../../../domain/engine/market.ts';
import { sumOf, tradesOf } from '../../../domain/engine/outcome.ts';
import { type EngineRun, runReport } from '../../../domain/engine/run-report.ts';
import { type BarSeries, sliceSeries } from '../../../domain/market/bar-series.ts';
import { parseStrategyParameters } from '../../../domain/signals/catalogue.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import type { ToolScope } from '../../../schemas/llm/tool-call.ts';
import type { ArgumentsOf } from '../../../schemas/llm/tools.ts';
import { type Strategy, strategyParameterSchemas, strategySchema } from '../../../schemas/signals.ts';
import { instantMeant, symbolMeant, type Tool, ToolRefused } from './tool.ts';

const BARS_MAX = 200_000;
const BARS_MIN = 50;
const CASH = 100_000;
const DIGITS = 6;

type Asked = ArgumentsOf<'backtest_strategy'>;

export const backtestTool: Tool<'backtest_strategy'> = async (parts, asked, scope) => {
  const symbol = symbolMeant(asked.symbol, scope);
  const toMs = instantMeant(asked.to, 'to', scope.asOfMs, scope);
  const fromMs = instantMeant(asked.from, 'from', 0, scope);
  const strategy = strategyOf(asked);
  const known = await parts.bars({ symbol, intervalMs: scope.barIntervalMs, asOfMs: toMs, barsMax: BARS_MAX });
  const bars = since(known.bars, fromMs);
  if (bars.close.length < BARS_MIN) {
    throw new ToolRefused('TOOL_NO_DATA', `${bars.close.length} bars in this range, at least ${BARS_MIN} are needed`);
  }
  const market = engineMarket(bars, 'talib');
  const { direction } = asked;
  const costs = costsSchema.parse({});
  const plan = deskPlan({ strategy, costs, direction, cash: CASH, rules: parts.rules });
  const run = runReport(plan, [{ market, voice: builtInVoice(strategy, market, true) }]);
  return {
    value: { symbol: asked.symbol, type: asked.type, ...figuresOf(run, bars, scope) },
    withheld: known.withheld,
  };
};

/** @throws ToolRefused TOOL_ARGS with every parameter that the type does not take */
function strategyOf(asked: Asked): Strategy {
  const { type, sizeFraction, stopAtr, targetAtr, maxHoldBars } = asked;
  const parameters = Object.fromEntries(Object.entries(asked.parameters).filter(([, value]) => value !== null));
  const parsed = strategyParameterSchemas[type].safeParse(parameters);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `parameters.${path.join('.')}: ${message}`);
    throw new ToolRefused('TOOL_ARGS', lines.join('; '));
  }
  return strategySchema.parse({
    type,
    parameters: parseStrategyParameters(type, parameters),
    sizeFraction,
    stopAtr,
    targetAtr,
    maxHoldBars,
  });
}

function since(series: BarSeries, fromMs: number): BarSeries {
  const first = series.openTimeMs.findIndex((open) => open >= fromMs);
  return sliceSeries(series, first < 0 ? series.openTimeMs.length : first, series.openTimeMs.length);
}

function figuresOf(run: EngineRun, bars: BarSeries, { barIntervalMs }: ToolScope) {
  const trades = tradesOf(run, 'tool');
  const equity = [CASH, ...run.equity];
  const figures = performanceMetrics({
    equity,
    periodsPerYear: periodsPerYear(barIntervalMs, [bars.symbol]),
    tradePnls: trades.map(({ pnl }) => Number(pnl)),
  });
  const last = bars.close.length - 1;
  return {
    bars: bars.close.length,
    from: new Date(bars.openTimeMs[0] as number).toISOString(),
    to: new Date((bars.openTimeMs[last] as number) + barIntervalMs).toISOString(),
    trades: trades.length,
    returnFraction: rounded((equity.at(-1) ?? CASH) / CASH - 1),
    sharpe: rounded(figures.sharpe),
    drawdownFractionMax: rounded(figures.drawdownFractionMax),
    winRate: rounded(figures.winRate),
    pnl: rounded(sumOf(run, 'pnl')),
    buyAndHoldReturnFraction: rounded((bars.close[last] as number) / (bars.close[0] as number) - 1),
  };
}

const rounded = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));
