/** A backtest for people: what its document says, as lines of a terminal. */
import { byExit } from '../../../domain/backtest/by-exit.ts';
import { reportFigures } from '../../../domain/backtest/report-text.ts';
import type { ClosedTrade } from '../../../schemas/execution.ts';
import type { BacktestDocument, BacktestOutcome } from './document.ts';
import { metricsGroups } from './metrics-text.ts';

const TRADES_SHOWN = 10;

/** The figures of report and document, and the last trades. */
export function backtestText({ report, trades }: BacktestOutcome, document: BacktestDocument): string {
  const told = reportFigures(report);
  const groups = [...told.slice(0, -1), ...metricsGroups(document), ...told.slice(-1)];
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
