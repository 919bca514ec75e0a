/**
 * Writes a report as ONE HTML file that needs no network: price with entries and exits, equity, drawdown, figures,
 * the last trades, gaps. The charts are TradingView's lightweight-charts, inlined with its attribution logo.
 * The page's own policy forbids every request. Percent and grouped digits are for eyes; the data stays in fractions.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { ClosedTrade, Fill } from '../../schemas/execution.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import type { BacktestDocument } from './backtest/document.ts';
import { foldRows, regimeRows } from './backtest/metrics-text.ts';
import { htmlPage, inScript, jsonInPage } from './html-page.ts';
import { type ChartData, chartData } from './report-page-data.ts';
import { monthsHtml } from './report-page-months.ts';
import { escapeHtml, figuresHtml, gapsHtml, partsHtml, tradesHtml } from './report-page-tables.ts';
import { writePageFile } from './whole-file.ts';

export type ReportPageInput = {
  readonly title: string;
  readonly report: SessionReport;
  /** The bars of each symbol, in the order in which the page offers them. */
  readonly series: readonly BarSeries[];
  readonly trades: readonly ClosedTrade[];
  /** Wealth by time: [epoch ms, account currency]; the start first. */
  readonly equity: readonly (readonly [number, number])[];
  /** Only those after a symbol's last closed trade are drawn: the entry of what is still open. */
  readonly fills?: readonly Fill[];
  /** Of a backtest: its figures stand on the page as they stand in the document. */
  readonly document?: Pick<BacktestDocument, 'metrics' | 'walkForward'>;
};

/** Writes the page, and the folders above it; an older one is replaced. @throws InvalidInput OUTPUT_NOT_WRITABLE */
export async function writeReportPage(file: string, input: ReportPageInput): Promise<void> {
  await writePageFile(file, await reportPage(input));
}

const readBeside = (name: URL): Promise<string> => readFile(name, 'utf8');

/** The charts' library, as one script. */
export async function readLibrary(): Promise<string> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('lightweight-charts/package.json'));
  return readFile(path.join(folder, 'dist', 'lightweight-charts.standalone.production.js'), 'utf8');
}

/** The whole page as text. */
export async function reportPage(input: ReportPageInput): Promise<string> {
  const data = chartData({ fills: [], ...input });
  const [library, client, style] = await Promise.all([
    readLibrary(),
    readBeside(new URL('./report-page-client.js', import.meta.url)),
    readBeside(new URL('./report-page.css', import.meta.url)),
  ]);
  const body = `${mainHtml(input, data)}
<script type="application/json" id="chart-data">${jsonInPage(data)}</script>
<script>${inScript(library)}</script>
<script>
${inScript(client)}</script>`;
  return htmlPage({ title: input.title, policy: 'scripted', style, body });
}

const mainHtml = (input: ReportPageInput, data: ChartData): string => `<main>
<header>
<h1>${escapeHtml(input.title)}</h1>
<p class="quiet">${escapeHtml(subtitle(input))}</p>
</header>
<section aria-labelledby="charts">
<h2 id="charts">Price, equity and drawdown</h2>
${toolbar(data)}
<figure aria-label="Price with entries and exits, equity, drawdown. The tables below hold the figures.">
<div id="chart"></div>
<figcaption>${LEGEND}</figcaption>
</figure>
<noscript><p>The charts need JavaScript; the tables below hold all figures.</p></noscript>
</section>
<section aria-labelledby="figures">
<h2 id="figures">Figures</h2>
${figuresHtml(input.report, input.document?.metrics)}
</section>
${partsOf(input)}<section aria-labelledby="months">
<h2 id="months">Returns by month</h2>
${monthsHtml(closesOf(input), Number(input.report.equityStart))}
</section>
<section aria-labelledby="trades">
<h2 id="trades">Trades</h2>
${tradesHtml(input.trades)}
</section>
<section aria-labelledby="gaps">
<h2 id="gaps">Gaps in the bars</h2>
${gapsHtml(input.series)}
</section>
</main>`;

function partsOf({ document }: ReportPageInput): string {
  if (document === undefined) return '';
  const { metrics, walkForward } = document;
  const folds = walkForward === undefined ? [] : foldRows(walkForward);
  return `${partsHtml('regimes', 'By regime', regimeRows(metrics))}${partsHtml('folds', 'Walk-forward', folds)}`;
}

const LEGEND = `<ul class="legend">
<li><span class="entry-long" aria-hidden="true">▲</span>long entry</li>
<li><span class="entry-short" aria-hidden="true">▼</span>short entry</li>
<li><span class="up" aria-hidden="true">●</span>exit with a gain</li>
<li><span class="down" aria-hidden="true">●</span>exit with a loss</li>
<li>Seen from afar every mark is a dot; zoom in for arrows and words.</li>
<li>Top: price. Middle: equity. Bottom: drawdown. All times UTC.</li>
</ul>`;

function toolbar(data: ChartData): string {
  const options = data.symbols.map(({ symbol }) => `<option>${escapeHtml(symbol)}</option>`).join('');
  const choice = `<label for="symbol">Symbol</label><select id="symbol">${options}</select>`;
  const joined = `Each candle joins ${data.barsPerCandle} bars, to keep the page quick; drawdown is the deepest of them.`;
  return `<div class="bar">
${data.symbols.length > 1 ? choice : ''}
<button type="button" id="whole">Whole range</button>
<button type="button" id="last">Last 200 candles</button>
<span class="quiet">${data.barsPerCandle > 1 ? joined : ''}</span>
</div>`;
}

/** Wealth without the point of the start, which is no close and may lie in the month before. */
function closesOf({ equity, series }: ReportPageInput): ReportPageInput['equity'] {
  const firstMs = Math.min(...series.map((one) => one.openTimeMs[0] ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(firstMs) ? equity.filter(([atMs]) => atMs > firstMs) : equity;
}

function subtitle({ report, series }: ReportPageInput): string {
  const first = Math.min(...series.map((one) => one.openTimeMs[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...series.map((one) => one.openTimeMs.at(-1) ?? Number.NEGATIVE_INFINITY));
  const range = Number.isFinite(first) ? ` · ${dayText(first)} to ${dayText(last)}` : '';
  return `${report.strategyType} · ${report.symbols.join(', ')}${range} · session ${report.sessionId}`;
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
