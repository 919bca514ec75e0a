/**
 * All figures of a backtest that its report does not hold, whoever walked it: what was at stake, what it cost, how sure
 * it is, what it did in each regime, and part by part on request. Equal walks over equal bars give equal figures.
 */
import type { BacktestRunResult } from '../../schemas/backtest-run.ts';
import type { ClosedTrade } from '../../schemas/execution.ts';
import type { IndicatorSeed } from '../../schemas/features.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import { decimalText, toDecimal } from '../decimal.ts';
import type { BarSeries } from '../market/bar-series.ts';
import { type RegimeFigures, regimeFigures } from './activity-figures.ts';
import { byExit } from './by-exit.ts';
import { type CarriedFill, carriedExposure } from './carried-exposure.ts';
import { knownRegimes } from './known-regimes.ts';
import { periodsPerYear } from './metrics.ts';
import { type RunFigures, runFigures } from './run-figures.ts';
import { type PricedFill, type PriceModel, slippagePaid } from './slippage-paid.ts';
import { type WalkForward, walkForwardOf } from './walk-forward.ts';

export type WalkedRun = {
  readonly report: Pick<SessionReport, 'equityStart' | 'fees' | 'funding' | 'barIntervalMs' | 'symbols'>;
  readonly trades: readonly Pick<ClosedTrade, 'symbol' | 'entryAtMs' | 'exitAtMs' | 'pnl'>[];
  readonly fills: readonly (CarriedFill & PricedFill)[];
  /** Epoch ms of each close, and the wealth there. */
  readonly closesMs: readonly number[];
  readonly wealth: readonly number[];
};

export type FiguresAsked = {
  readonly series: readonly BarSeries[];
  readonly seedIndicators: IndicatorSeed;
  readonly prices: PriceModel;
  /** Into how many tests a walk-forward cuts the run; null: none is asked for. */
  readonly walkForward: number | null;
};

export type BacktestFigures = RunFigures & {
  /** Exact money that fills paid in their prices; not among `costs`. */
  readonly slippage: string;
  readonly byRegime: Readonly<Record<string, RegimeFigures>>;
  readonly walkForward: WalkForward | null;
};

/** What the workflow `backtest` ends with. */
export type BacktestResult = BacktestRunResult & { readonly figures: BacktestFigures };

/** @throws InvalidInput INPUT_RANGE where there are too few bars for the folds */
export function backtestFigures(run: WalkedRun, asked: FiguresAsked): BacktestFigures {
  const { report, fills, closesMs, wealth } = run;
  const { series, seedIndicators, prices, walkForward } = asked;
  const equity = [Number(report.equityStart), ...wealth];
  const perYear = periodsPerYear(report.barIntervalMs, report.symbols);
  const costs = toDecimal(report.fees).plus(report.funding).toNumber();
  const exposure = carriedExposure({ equity, closesMs, fills, series });
  const regimes = knownRegimes(series, seedIndicators);
  const trades = [...run.trades].sort(byExit).map((trade) => ({
    ...{ pnl: Number(trade.pnl), entryAtMs: trade.entryAtMs, regime: regimes.ofTrade(trade) },
  }));
  const judged = { equity, closesMs, intervalMs: report.barIntervalMs, trades, periodsPerYear: perYear };
  return {
    ...runFigures({ equity, exposure, fills, costs, periodsPerYear: perYear }),
    slippage: decimalText(slippagePaid(fills, prices, series)),
    byRegime: regimeFigures({ equity, regimes: regimes.atCloses(closesMs), trades, periodsPerYear: perYear }),
    walkForward: walkForward === null ? null : walkForwardOf(judged, walkForward),
  };
}
