/**
 * The answer of a backtest, whoever walked it: the document of the public page, made from a report, the closed trades
 * and the equity curve. Equal walks give byte-equal documents; the loop and a session both come through here.
 */
import type { RegimeFigures } from '../../../domain/backtest/activity-figures.ts';
import type { BacktestFigures } from '../../../domain/backtest/backtest-figures.ts';
import { byExit } from '../../../domain/backtest/by-exit.ts';
import { performanceMetrics, periodsPerYear } from '../../../domain/backtest/metrics.ts';
import type { RunFigures } from '../../../domain/backtest/run-figures.ts';
import { roundFigure } from '../../../domain/backtest/session-report.ts';
import type { JudgedPart, WalkForward } from '../../../domain/backtest/walk-forward.ts';
import { decimalText, toDecimal } from '../../../domain/decimal.ts';
import type { ClosedTrade, Fill } from '../../../schemas/execution.ts';
import type { SessionReport } from '../../../schemas/strategy-session.ts';
import { type MetricsDocument, metricsDocument } from '../metrics-document.ts';

/** What a walk leaves behind. `equity`: epoch ms of each close and the exact wealth there. */
export type Walked = {
  readonly report: SessionReport;
  readonly trades: readonly ClosedTrade[];
  readonly fills: readonly Fill[];
  readonly equity: readonly (readonly [number, string])[];
};

export type BacktestOutcome = Walked & { readonly figures: BacktestFigures };

/** A finished backtest and its document. */
export type Answered = { readonly outcome: BacktestOutcome; readonly document: BacktestDocument };

type DocumentTrade = Pick<
  ClosedTrade,
  'symbol' | 'side' | 'quantity' | 'entryAtMs' | 'entryPrice' | 'exitAtMs' | 'exitPrice' | 'pnl' | 'fees' | 'exitReason'
>;

export type BacktestMetrics = MetricsDocument &
  RunFigures & {
    readonly costs: string;
    readonly slippage: string;
    readonly byRegime: Readonly<Record<string, MetricsDocument<RegimeFigures>>>;
  };

type PartDocument = Omit<JudgedPart, 'metrics'> & { readonly metrics: MetricsDocument };

export type WalkForwardDocument = {
  readonly folds: readonly { readonly before: PartDocument; readonly test: PartDocument }[];
  readonly outOfSample: PartDocument;
};

export type BacktestDocument = {
  readonly ok: true;
  readonly dataHash: string;
  readonly codeVersion: string;
  readonly resultHash: string;
  readonly bars: number;
  readonly trades: readonly DocumentTrade[];
  readonly equity: readonly (readonly [number, string])[];
  readonly metrics: BacktestMetrics;
  /** Where it was asked for. */
  readonly walkForward?: WalkForwardDocument;
};

/** Figures rounded to 12 significant digits; money exact; trades by exit, then symbol and entry. */
export function backtestDocument({ report, equity, figures, ...walked }: BacktestOutcome): BacktestDocument {
  const { dataHash, codeVersion, resultHash, bars } = report;
  const trades = [...walked.trades].sort(byExit);
  const wealth = [Number(report.equityStart)];
  for (const [, amount] of equity) wealth.push(Number(amount));
  const performance = performanceMetrics({
    equity: wealth,
    periodsPerYear: periodsPerYear(report.barIntervalMs, report.symbols),
    tradePnls: trades.map((one) => Number(one.pnl)),
  });
  const { slippage, byRegime, walkForward, ...run } = figures;
  return {
    ok: true,
    dataHash,
    codeVersion,
    resultHash,
    bars,
    trades: trades.map(documentTrade),
    equity,
    metrics: {
      ...metricsDocument(performance, roundFigure),
      finalEquity: equity.at(-1)?.[1] ?? report.equityStart,
      costs: decimalText(toDecimal(report.fees).plus(report.funding)),
      slippage,
      ...rounded(run),
      byRegime: Object.fromEntries(
        Object.entries(byRegime).map(([name, one]) => [name, metricsDocument(one, roundFigure)]),
      ),
    },
    ...(walkForward === null ? {} : { walkForward: walkForwardDocument(walkForward) }),
  };
}

const walkForwardDocument = ({ folds, outOfSample }: WalkForward): WalkForwardDocument => ({
  folds: folds.map(({ before, test }) => ({ before: partDocument(before), test: partDocument(test) })),
  outOfSample: partDocument(outOfSample),
});

const partDocument = ({ metrics, ...part }: JudgedPart): PartDocument => ({
  ...part,
  metrics: metricsDocument(metrics, roundFigure),
});

const rounded = (figures: RunFigures): RunFigures =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      typeof value === 'number' ? roundFigure(value) : (value?.map(roundFigure) ?? null),
    ]),
  ) as RunFigures;

const documentTrade = (trade: ClosedTrade): DocumentTrade => ({
  symbol: trade.symbol,
  side: trade.side,
  quantity: trade.quantity,
  entryAtMs: trade.entryAtMs,
  entryPrice: trade.entryPrice,
  exitAtMs: trade.exitAtMs,
  exitPrice: trade.exitPrice,
  pnl: trade.pnl,
  fees: trade.fees,
  exitReason: trade.exitReason,
});
