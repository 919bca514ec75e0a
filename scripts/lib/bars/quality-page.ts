/**
 * The data-quality page of `npm run bars -- check FILE --html OUT`: ONE HTML file without script or network.
 * Figures, problems by code, a calendar of the months coloured by what is missing, closing prices with the gaps, and
 * the tables of gaps, jumps and problems. Everything from the file is escaped.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isoText } from '../../../domain/market/bar-problems.ts';
import type { ParsedBars } from '../../../domain/market/csv-bars.ts';
import type { DataQuality } from '../../../domain/market/data-quality.ts';
import type { ParsedQuotes, QuoteKind } from '../../../domain/market/quote-rows.ts';
import { intervalText } from '../../../schemas/interval.ts';
import { htmlPage } from '../html-page.ts';
import { escapeHtml } from '../report-page-tables.ts';
import { writePageFile } from '../whole-file.ts';
import { pricesSvg } from './quality-chart.ts';
import { codesTable, figuresCard, gapsTable, jumpsTable, monthsTable, problemsTable } from './quality-tables.ts';
import { countText, percentText } from './quality-text.ts';

type Common = { readonly file: string; readonly nowMs: number };

/** @throws InvalidInput OUTPUT_NOT_WRITABLE */
export async function writeQualityPage(
  out: string,
  { file, nowMs, parsed, quality }: Common & { readonly parsed: ParsedBars; readonly quality: DataQuality },
): Promise<void> {
  const { series, gaps, problemCount, problemCountByCode } = parsed;
  const name = `${series.symbol} ${intervalText(series.intervalMs)}`;
  const figures = [
    ['Good bars', countText(quality.rows)],
    ['First bar', stampText(series.openTimeMs[0])],
    ['Last bar', stampText(series.openTimeMs.at(-1))],
    ['Interval', intervalText(series.intervalMs)],
    ['Missing bars', `${countText(quality.missing)} (gaps: ${countText(gaps.length)})`],
    ['Share of missing bars', percentText(quality.missingFraction)],
    ['Bars without volume', countText(quality.zeroVolume)],
    ['Jumps of over 50 %', countText(parsed.jumpCount)],
    ['Duplicate stamps', countText(problemCountByCode.DATA_TIME_DUPLICATE ?? 0)],
    ['Problems', countText(problemCount)],
  ] as const;
  await writePage(out, `Data quality: ${name}`, [
    headerHtml(`${name}: data quality`, file, nowMs, problemCount),
    ...(parsed.jumpCount === 0 ? [] : [JUMPS_NOTE]),
    `<div class="groups">${figuresCard('The file', figures)}${codesTable(problemCountByCode)}</div>`,
    section('months', 'Months', monthsTable(quality.months)),
    section('prices', 'Closing prices and gaps', pricesSvg(series, gaps)),
    section('gaps', 'Gaps', gapsTable(gaps, series.intervalMs)),
    section('jumps', 'Jumps', jumpsTable(series, quality.jumps)),
    section('problems', 'Problems', problemsTable(parsed.problems)),
  ]);
}

/** @throws InvalidInput OUTPUT_NOT_WRITABLE */
export async function writeQuotesPage(
  out: string,
  { file, nowMs, kind, parsed }: Common & { readonly kind: QuoteKind; readonly parsed: ParsedQuotes },
): Promise<void> {
  const figures = [
    ['Rows', countText(parsed.rowCount)],
    ['Good rows', countText(parsed.goodCount)],
    ['First', stampText(parsed.fromMs ?? undefined)],
    ['Last', stampText(parsed.toMs ?? undefined)],
    ['Kind', kind === 'quotes' ? 'quotes' : 'quote bars'],
    ['Crossed', countText(parsed.problemCountByCode.QUOTE_CROSSED ?? 0)],
    ['Crossed inside', countText(parsed.warningCount)],
    ['Problems', countText(parsed.problemCount)],
  ] as const;
  await writePage(out, 'Data quality: quotes', [
    headerHtml('Quotes: data quality', file, nowMs, parsed.problemCount),
    `<div class="groups">${figuresCard('The file', figures)}${codesTable(parsed.problemCountByCode)}</div>`,
    section('problems', 'Problems', problemsTable(parsed.problems)),
  ]);
}

const JUMPS_NOTE =
  '<p>Imported, its symbol is quarantined for live and paper trading until <code>--accept-jumps</code> lifts it.</p>';

const stampText = (ms: number | undefined): string => (ms === undefined ? '–' : isoText(ms));

const secondText = (ms: number): string => isoText(Math.floor(ms / 1_000) * 1_000);

const headerHtml = (title: string, file: string, nowMs: number, problemCount: number): string => `<header>
<h1>${escapeHtml(title)}</h1>
<p class="quiet"><code>${escapeHtml(path.basename(file))}</code>, judged ${secondText(nowMs)}. Times are UTC.</p>
<p class="${problemCount === 0 ? 'up' : 'down'}"><strong>${
  problemCount === 0 ? 'Good: it can be used.' : `Refused: ${countText(problemCount)} problems.`
}</strong></p>
</header>`;

const section = (id: string, title: string, html: string): string =>
  `<section><h2 id="${id}">${escapeHtml(title)}</h2>\n${html}</section>`;

async function writePage(out: string, title: string, parts: readonly string[]): Promise<void> {
  const style = await Promise.all(
    ['../report-page.css', './quality-page.css'].map((name) => readFile(new URL(name, import.meta.url), 'utf8')),
  );
  const body = `<main>\n${parts.join('\n')}\n</main>`;
  await writePageFile(out, htmlPage({ title, policy: 'still', style: style.join('\n'), body }));
}
