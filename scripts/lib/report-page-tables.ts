/**
 * The tables of a report page as HTML text: figures, trades, gaps. Every value from outside is escaped here.
 * No computing: figures come from the report, gaps from `domain/market/gaps.ts`.
 */
import { durationText, money, reportFigures } from '../../domain/backtest/report-text.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { findReportableGaps } from '../../domain/market/reportable-gaps.ts';
import type { ClosedTrade } from '../../schemas/execution.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import type { BacktestMetrics } from './backtest/document.ts';
import { figureGroups, type PartRow } from './backtest/metrics-text.ts';

const TRADES_MAX = 200;
const GAPS_MAX = 100;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and inside a quoted attribute. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

type Row = { readonly label: string; readonly value: string };

function card(title: string, rows: readonly Row[], wide = false): string {
  const cell = wide ? 'td' : 'td class="number"';
  const lines = rows.map(
    ({ label, value }) => `<tr><th scope="row">${escapeHtml(label)}</th><${cell}>${escapeHtml(value)}</td></tr>`,
  );
  return `<div class="card${wide ? ' wide' : ''}"><h3>${escapeHtml(title)}</h3><table>${lines.join('')}</table></div>`;
}

const PROVENANCE = 'Provenance';

/** A card for each group of figures, then where they come from over the whole width. */
export function figuresHtml(report: SessionReport, metrics: BacktestMetrics | undefined): string {
  const groups = reportFigures(report);
  const [outcome, ...others] = groups
    .filter((group) => group.title !== PROVENANCE)
    .map((group) => card(group.title, group.figures));
  const told = metrics === undefined ? [] : figureGroups(metrics).map(({ title, figures }) => card(title, figures));
  const cards = [outcome ?? '', ...told, ...others];
  const wide = groups
    .filter((group) => group.title === PROVENANCE)
    .map((group) => card(group.title, group.figures, true));
  return `<div class="groups">${cards.join('\n')}</div>\n${wide.join('\n')}`;
}

/** A section with a table of parts of the run; nothing where there are none. */
export function partsHtml(id: string, title: string, rows: readonly PartRow[]): string {
  const heads = rows[0]?.cells.map(({ head }) => `<th scope="col" class="number">${escapeHtml(capital(head))}</th>`);
  if (heads === undefined) return '';
  const lines = rows.map(({ label, cells }) => {
    const figures = cells.map(({ value }) => `<td class="number">${escapeHtml(value)}</td>`);
    return `<tr><th scope="row">${escapeHtml(label)}</th>${figures.join('')}</tr>`;
  });
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${escapeHtml(title)}</h2>
${scrolling(id, title, `<th scope="col">Part</th>${heads.join('')}`, lines.join('\n'))}
</section>
`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const TRADE_HEAD = [
  'Number',
  'Symbol',
  'Side',
  'Quantity',
  'Entered',
  'Entry price',
  'Exited',
  'Exit price',
  'Profit',
  'Fees',
  'Reason',
];
const TRADE_NUMBERS = new Set(['Number', 'Quantity', 'Entry price', 'Exit price', 'Profit', 'Fees']);

/** The last 200 trades, the newest first, numbered as they happened. */
export function tradesHtml(trades: readonly ClosedTrade[]): string {
  if (trades.length === 0) return '<p>No trade was closed.</p>';
  const first = Math.max(0, trades.length - TRADES_MAX);
  const rows = trades
    .slice(first)
    .map((trade, index) => tradeRow(trade, first + index + 1))
    .reverse();
  const note = first === 0 ? `All ${trades.length} trades` : `The last ${TRADES_MAX} of ${trades.length} trades`;
  const head = TRADE_HEAD.map(
    (name) => `<th scope="col"${TRADE_NUMBERS.has(name) ? ' class="number"' : ''}>${name}</th>`,
  );
  return `<p class="quiet">${note}, the newest first. Profit is net of fees and funding, in USD.</p>
${scrolling('trades', note, head.join(''), rows.join('\n'))}`;
}

function tradeRow(trade: ClosedTrade, number: number): string {
  const profit = Number(trade.pnl);
  const tone = profit > 0 ? ' up' : profit < 0 ? ' down' : '';
  const figure = (text: string, extra = '') => `<td class="number${extra}">${escapeHtml(text)}</td>`;
  const word = (text: string) => `<td>${escapeHtml(text)}</td>`;
  return `<tr>${[
    figure(String(number)),
    word(trade.symbol),
    word(trade.side),
    figure(trade.quantity),
    word(minuteText(trade.entryAtMs)),
    figure(trade.entryPrice),
    word(minuteText(trade.exitAtMs)),
    figure(trade.exitPrice),
    figure(`${profit > 0 ? '+' : ''}${money(trade.pnl).replace(/ \w+$/, '')}`, tone),
    figure(money(trade.fees).replace(/ \w+$/, '')),
    word(trade.exitReason),
  ].join('')}</tr>`;
}

/** Every run of missing bars by symbol, the first 100. Gaps are kept and reported, never filled. */
export function gapsHtml(series: readonly BarSeries[]): string {
  const gaps = series.flatMap((one) =>
    findReportableGaps(one).map((gap) => ({ ...gap, symbol: one.symbol, lengthMs: gap.missingCount * one.intervalMs })),
  );
  if (gaps.length === 0) return '<p>None: every bar of the range is there.</p>';
  const note = gaps.length > GAPS_MAX ? `The first ${GAPS_MAX} of ${gaps.length} gaps` : `${gaps.length} in all`;
  const rows = gaps.slice(0, GAPS_MAX).map(
    (gap) => `<tr><td>${escapeHtml(gap.symbol)}</td><td>${minuteText(gap.fromMs)}</td>
<td class="number">${gap.missingCount}</td><td class="number">${durationText(gap.lengthMs)}</td></tr>`,
  );
  const head = `<th scope="col">Symbol</th><th scope="col">First missing bar</th>
<th scope="col" class="number">Bars missing</th><th scope="col" class="number">Length</th>`;
  return `<p class="quiet">${note}. Nothing was filled in.</p>
${scrolling('gaps', note, head, rows.join('\n'))}`;
}

/** A table in a box that scrolls; the box can be reached and scrolled by keyboard. */
export const scrolling = (headingId: string, caption: string, head: string, rows: string): string =>
  `<div class="scroll" role="region" aria-labelledby="${headingId}" tabindex="0">
<table><caption class="visually-hidden">${escapeHtml(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

/** `2024-01-01 13:00` in UTC. */
const minuteText = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
