/** The page of a backtest, with the figures of its document. */
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { writeReportPage } from '../report-page.ts';
import type { Answered } from './document.ts';

export async function writePage(
  file: string,
  { outcome, document }: Answered,
  series: readonly BarSeries[],
): Promise<void> {
  const { report, trades, fills } = outcome;
  const title = `${report.strategyType} on ${report.symbols.join(', ')}`;
  const equity = [startOf(outcome, series), ...outcome.equity].map(([atMs, amount]) => [atMs, Number(amount)] as const);
  await writeReportPage(file, { title, report, series, trades, fills, equity, document });
}

/** What the account had when the first bar opened: drawdowns are measured from it. */
const startOf = ({ report }: Answered['outcome'], series: readonly BarSeries[]): readonly [number, string] => [
  Math.min(...series.map(({ openTimeMs }) => openTimeMs[0] ?? Number.POSITIVE_INFINITY)),
  report.equityStart,
];
