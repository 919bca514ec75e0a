/** The figures that the flags of `npm run backtest` ask for, of a walk over its bars. */
import { type BacktestFigures, backtestFigures } from '../../../domain/backtest/backtest-figures.ts';
import { priceModel } from '../../../domain/backtest/slippage-paid.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { Costs } from '../../../schemas/execution.ts';
import type { Walked } from './document.ts';
import type { BacktestFlags } from './flags.ts';

export type FigureFlags = Pick<BacktestFlags, 'engine' | 'seedIndicators' | 'walkForward'>;

/** @param wealth that of each close in doubles, where the walk had doubles @default those of its texts */
export function askedFigures(
  walked: Walked,
  { engine, seedIndicators, walkForward }: FigureFlags,
  { series, costs }: { readonly series: readonly BarSeries[]; readonly costs: Costs },
  wealth: readonly number[] = walked.equity.map(([, amount]) => Number(amount)),
): BacktestFigures {
  const run = { ...walked, closesMs: walked.equity.map(([closeMs]) => closeMs), wealth };
  return backtestFigures(run, { series, seedIndicators, prices: priceModel(engine, costs), walkForward });
}
