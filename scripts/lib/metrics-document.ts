/** Performance figures as documents carry them: money as decimal strings, ratios and fractions as numbers. */
import type { PerformanceMetrics } from '../../domain/backtest/metrics.ts';
import { decimalText, toDecimal } from '../../domain/decimal.ts';

type MoneyFigure = 'finalEquity' | 'expectancy' | 'averageWin' | 'averageLoss';
export type MetricsDocument = Omit<PerformanceMetrics, MoneyFigure> & Readonly<Record<MoneyFigure, string | null>>;

/** @param figure applied to every number that is not money (rounding, say) */
export function metricsDocument(
  metrics: PerformanceMetrics,
  figure: (value: number) => number = (value) => value,
): MetricsDocument {
  const ratio = (value: number | null): number | null => (value === null ? null : figure(value));
  const money = (value: number | null): string | null => (value === null ? null : decimalText(toDecimal(value)));
  return {
    finalEquity: money(metrics.finalEquity),
    returnFraction: ratio(metrics.returnFraction),
    annualReturnFraction: ratio(metrics.annualReturnFraction),
    volatilityFraction: ratio(metrics.volatilityFraction),
    sharpe: ratio(metrics.sharpe),
    sortino: ratio(metrics.sortino),
    calmar: ratio(metrics.calmar),
    drawdownFractionMax: figure(metrics.drawdownFractionMax),
    drawdownBarsMax: metrics.drawdownBarsMax,
    profitFactor: ratio(metrics.profitFactor),
    winRate: ratio(metrics.winRate),
    expectancy: money(metrics.expectancy),
    tradeCount: metrics.tradeCount,
    averageWin: money(metrics.averageWin),
    averageLoss: money(metrics.averageLoss),
  };
}
