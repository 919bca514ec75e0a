/** Performance figures as documents carry them: money as decimal strings, ratios and fractions as numbers. */
import type { PerformanceMetrics } from '../../domain/backtest/metrics.ts';
import { decimalText, toDecimal } from '../../domain/decimal.ts';

const MONEY_FIGURES = ['finalEquity', 'expectancy', 'averageWin', 'averageLoss'] as const;

export type MetricsDocument<T = PerformanceMetrics> = {
  readonly [K in keyof T]: K extends (typeof MONEY_FIGURES)[number] ? string | null : T[K];
};

/** @param figure applied to every number that is not money (rounding, say) */
export function metricsDocument<T extends Readonly<Record<string, number | null>>>(
  metrics: T,
  figure: (value: number) => number = (value) => value,
): MetricsDocument<T> {
  const told = Object.entries(metrics).map(([name, value]) => {
    if (value === null) return [name, null];
    const isMoney = MONEY_FIGURES.some((one) => one === name);
    return [name, isMoney ? decimalText(toDecimal(value)) : figure(value)];
  });
  return Object.fromEntries(told) as MetricsDocument<T>;
}
