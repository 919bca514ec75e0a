/** The tables of a data-quality page as HTML text. Every value from a file is escaped here. */

import { durationText } from '../../../domain/backtest/report-text.ts';
import { isoText } from '../../../domain/market/bar-problems.ts';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { MonthQuality } from '../../../domain/market/data-quality.ts';
import { plainDecimal } from '../../../domain/market/decimal-text.ts';
import type { Gap } from '../../../schemas/market.ts';
import type { Problem } from '../../../schemas/problem.ts';
import { escapeHtml } from '../report-page-tables.ts';
import { countText, percentText } from './quality-text.ts';

const ROWS_MAX = 200;
/** From this share of missing bars on a month is coloured strongly. Chosen. */
const MANY_MISSING = 0.05;

export function figuresCard(title: string, figures: readonly (readonly [string, string])[]): string {
  const rows = figures.map(
    ([label, value]) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td class="number">${escapeHtml(value)}</td></tr>`,
  );
  return `<div class="card"><h3>${escapeHtml(title)}</h3><table>${rows.join('')}</table></div>`;
}

/** Problems by code, most first. */
export function codesTable(countByCode: Readonly<Record<string, number>>): string {
  const ranked = Object.entries(countByCode).sort(([, a], [, b]) => b - a);
  if (ranked.length === 0) return figuresCard('Problems by code', [['None', '0']]);
  return figuresCard(
    'Problems by code',
    ranked.map(([code, count]) => [code, countText(count)]),
  );
}

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A row for each year, a cell for each month: the share of its bars that is missing. */
export function monthsTable(months: readonly MonthQuality[]): string {
  if (months.length === 0) return '<p>No month has a bar.</p>';
  const rows = [...groupByYear(months)].map(([year, cells]) => {
    const byMonth = new Map(cells.map((cell) => [Number(cell.month.slice(5)), cell]));
    const row = MONTH_NAMES.map((_name, i) => monthCell(byMonth.get(i + 1)));
    return `<tr><th scope="row">${year}</th>${row.join('')}</tr>`;
  });
  const head = ['Year', ...MONTH_NAMES].map((name) => `<th scope="col">${name}</th>`).join('');
  const note = 'Share of bars missing; a dot: none. Hover a month for its counts.';
  return `<p class="quiet">${note}</p>\n${scrolling('months', head, rows, 'months')}`;
}

function groupByYear(months: readonly MonthQuality[]): Map<string, MonthQuality[]> {
  const byYear = new Map<string, MonthQuality[]>();
  for (const month of months) {
    const year = month.month.slice(0, 4);
    byYear.set(year, [...(byYear.get(year) ?? []), month]);
  }
  return byYear;
}

function monthCell(month: MonthQuality | undefined): string {
  if (month === undefined) return '<td></td>';
  const { bars, missing, zeroVolume, jumps } = month;
  const share = missing === 0 ? 0 : missing / (bars + missing);
  const tone = bars === 0 || share >= MANY_MISSING ? 'many' : missing > 0 ? 'some' : 'ok';
  const title = `${month.month}: ${bars} bars, ${missing} missing, ${zeroVolume} without volume, ${jumps} jumps`;
  const text = bars === 0 ? 'none' : missing === 0 ? '·' : percentText(share);
  return `<td class="${tone}" title="${escapeHtml(title)}">${text}${jumps > 0 ? ' ↯' : ''}</td>`;
}

/** Every gap in time order, the first 200. */
export function gapsTable(gaps: readonly Gap[], intervalMs: number): string {
  if (gaps.length === 0) return '<p>None: every bar of the range is there.</p>';
  const rows = gaps
    .slice(0, ROWS_MAX)
    .map(
      ({ fromMs, missingCount }) =>
        `<tr><td>${isoText(fromMs)}</td><td class="number">${countText(missingCount)}</td>` +
        `<td class="number">${durationText(missingCount * intervalMs)}</td></tr>`,
    );
  const head =
    '<th scope="col">First missing bar</th><th scope="col" class="number">Bars missing</th>' +
    '<th scope="col" class="number">Trading time</th>';
  const note = `${shownText(gaps.length, 'gaps')}. Nothing is filled in.`;
  return `<p class="quiet">${note}</p>\n${scrolling('gaps', head, rows)}`;
}

/** Bars of which a price lies more than 50 % from the close before. */
export function jumpsTable(series: BarSeries, jumps: readonly number[]): string {
  if (jumps.length === 0) return '<p>None.</p>';
  const rows = jumps.slice(0, ROWS_MAX).map((openTimeMs) => {
    const i = series.openTimeMs.indexOf(openTimeMs);
    const prices = [series.close[i - 1], series.open[i], series.high[i], series.low[i], series.close[i]];
    const cells = prices.map((price) => `<td class="number">${price === undefined ? '–' : plainDecimal(price)}</td>`);
    return `<tr><td>${isoText(openTimeMs)}</td>${cells.join('')}</tr>`;
  });
  const numbers = ['Close before', 'Open', 'High', 'Low', 'Close'];
  const head = ['<th scope="col">Bar</th>', ...numbers.map((name) => `<th scope="col" class="number">${name}</th>`)];
  return `<p class="quiet">${shownText(jumps.length, 'jumps')}.</p>\n${scrolling('jumps', head.join(''), rows)}`;
}

export function problemsTable(problems: readonly Problem[]): string {
  if (problems.length === 0) return '<p>None.</p>';
  const cell = (text: string): string => `<td class="wrap">${escapeHtml(text)}</td>`;
  const rows = problems.map(
    (one) =>
      `<tr><td>${escapeHtml(one.code)}</td>${[one.path, one.got, one.expected, one.hint].map(cell).join('')}</tr>`,
  );
  const head = ['Code', 'Where', 'Got', 'Expected', 'Hint'].map((name) => `<th scope="col">${name}</th>`).join('');
  return scrolling('problems', head, rows);
}

const shownText = (count: number, what: string): string =>
  count > ROWS_MAX ? `The first ${ROWS_MAX} of ${countText(count)} ${what}` : `All ${countText(count)} ${what}`;

/** A table in a box that scrolls; the box can be reached and scrolled by keyboard. */
const scrolling = (headingId: string, head: string, rows: readonly string[], tableClass = ''): string =>
  `<div class="scroll" role="region" aria-labelledby="${headingId}" tabindex="0">
<table${tableClass === '' ? '' : ` class="${tableClass}"`}><thead><tr>${head}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
