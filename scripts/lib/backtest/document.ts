/**
 * The answer of a backtest, whoever walked it: the document of the public page, made from a report, the closed trades
 * and the equity curve. Equal walks give byte-equal documents; the loop and a session both come through here.
 */
import { performanceMetrics, periodsPerYear } from '../../../domain/backtest/metrics.ts';
import { reportFigures } from '../../../domain/backtest/report-text.ts';
import { type RunFigures, runFigures } from '../../../domain/backtest/run-figures.ts';
import { roundFigure } from '../../../domain/backtest/session-report.ts';
import { decimalText, toDecimal } from '../../../domain/decimal.ts';
import type { ClosedTrade, Fill } from '../../../schemas/execution.ts';
import type { SessionReport } from '../../../schemas/strategy-session.ts';
import { type MetricsDocument, metricsDocument } from '../metrics-document.ts';

/** What a walk leaves behind. `equity`: epoch ms of each close and the exact wealth there. */
export type BacktestOutcome = {
  readonly report: SessionReport;
  readonly trades: readonly ClosedTrade[];
  readonly fills: readonly Fill[];
  readonly equity: readonly (readonly [number, string])[];
};

type DocumentTrade = Pick<
  ClosedTrade,
  'symbol' | 'side' | 'quantity' | 'entryAtMs' | 'entryPrice' | 'exitAtMs' | 'exitPrice' | 'pnl' | 'fees' | 'exitReason'
>;

export type BacktestDocument = {
  readonly ok: true;
  readonly dataHash: string;
  readonly codeVersion: string;
  readonly resultHash: string;
  readonly bars: number;
  readonly trades: readonly DocumentTrade[];
  readonly equity: readonly (readonly [number, string])[];
  readonly metrics: MetricsDocument & RunFigures & { readonly costs: string };
};

/** Figures rounded to 12 significant digits; money exact; trades by exit, then symbol and entry. */
export function backtestDocument({ report, trades, fills, equity: curve }: BacktestOutcome): BacktestDocument {
  const { dataHash, codeVersion, resultHash, bars } = report;
  const wealth = [report.equityStart, ...curve.map(([, amount]) => amount)];
  const equity = wealth.map(Number);
  const perYear = periodsPerYear(report.barIntervalMs, report.symbols);
  const tradePnls = trades.map((one) => Number(one.pnl));
  const figures = performanceMetrics({ equity, periodsPerYear: perYear, tradePnls });
  const costs = toDecimal(report.fees).plus(report.funding);
  const closesMs = curve.map(([closeMs]) => closeMs);
  const more = runFigures({ equity, closesMs, fills, costs: Number(costs), periodsPerYear: perYear });
  return {
    ok: true,
    dataHash,
    codeVersion,
    resultHash,
    bars,
    trades: [...trades].sort(byExit).map(documentTrade),
    equity: curve,
    metrics: {
      ...metricsDocument(figures, roundFigure),
      finalEquity: wealth.at(-1) ?? report.equityStart,
      costs: decimalText(costs),
      ...rounded(more),
    },
  };
}

const rounded = (figures: RunFigures): RunFigures =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      typeof value === 'number' ? roundFigure(value) : (value?.map(roundFigure) ?? null),
    ]),
  ) as RunFigures;

const byExit = (a: ClosedTrade, b: ClosedTrade): number =>
  a.exitAtMs - b.exitAtMs || byText(a.symbol, b.symbol) || a.entryAtMs - b.entryAtMs;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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

const TRADES_SHOWN = 10;

/** The same for people: the report's figures and the last trades. */
export function backtestText({ report, trades }: BacktestOutcome): string {
  const groups = reportFigures(report);
  const width = Math.max(...groups.flatMap(({ figures }) => figures.map(({ label }) => label.length))) + 2;
  const blocks = groups.map(({ title, figures }) =>
    [title, ...figures.map(({ label, value }) => `  ${label.padEnd(width)}${value}`)].join('\n'),
  );
  return `${[...blocks, tradesText(trades)].join('\n\n')}\n`;
}

function tradesText(trades: readonly ClosedTrade[]): string {
  const last = [...trades].sort(byExit).slice(-TRADES_SHOWN);
  const title = last.length < trades.length ? `Last ${last.length} of ${trades.length} trades` : 'Trades';
  return [title, ...(last.length === 0 ? ['  none'] : last.map(tradeLine))].join('\n');
}

function tradeLine(trade: ClosedTrade): string {
  const [entry, exit] = [trade.entryAtMs, trade.exitAtMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
  const what = `${trade.side.padEnd(5)} ${trade.quantity} ${trade.symbol}`;
  const prices = `${trade.entryPrice} → ${trade.exitPrice}`;
  return `  ${entry} – ${exit}  ${what}  ${prices}  ${trade.pnl} USD  ${trade.exitReason}`;
}
