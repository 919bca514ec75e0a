/**
 * A research run as ONE HTML file that needs no network: a chart of the fitness, tables, and the run's own JSON,
 * whose figures the tables show. The chart is TradingView's lightweight-charts, as on the pages of sessions.
 */
import { readFile } from 'node:fs/promises';
import { htmlPage, inScript, jsonInPage } from '../html-page.ts';
import { readLibrary } from '../report-page.ts';
import { escapeHtml } from '../report-page-tables.ts';
import { writePageFile } from '../whole-file.ts';

/** Points are [step, value]; colours are names of the style sheet. */
export type ChartLine = {
  readonly name: string;
  readonly colourName: 'accent' | 'short';
  readonly points: readonly (readonly [number, number])[];
};

export type RunPage = {
  readonly title: string;
  readonly subtitle: string;
  readonly stepName: string;
  readonly lines: readonly ChartLine[];
  /** Heading and HTML of each part below the chart. */
  readonly sections: readonly { readonly heading: string; readonly html: string }[];
  /** The run's result as scripts print it. */
  readonly result: unknown;
};

/** Writes the page, and the folders above it; an older one is replaced. @throws InvalidInput OUTPUT_NOT_WRITABLE */
export async function writeRunPage(file: string, page: RunPage): Promise<void> {
  await writePageFile(file, await runPage(page));
}

/** The whole page as text. */
export async function runPage({ title, subtitle, stepName, lines, sections, result }: RunPage): Promise<string> {
  const [library, client, style] = await Promise.all([
    readLibrary(),
    readFile(new URL('./run-page-client.js', import.meta.url), 'utf8'),
    readFile(new URL('../report-page.css', import.meta.url), 'utf8'),
  ]);
  const body = `<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="quiet">${escapeHtml(subtitle)}</p>
</header>
<section aria-labelledby="fitness">
<h2 id="fitness">Fitness</h2>
<figure aria-label="Fitness by ${escapeHtml(stepName)}. The tables below hold the figures."><div id="chart"></div></figure>
<noscript><p>The chart needs JavaScript; the tables below hold all figures.</p></noscript>
</section>
${sections.map(({ heading, html }) => `<section>\n<h2>${escapeHtml(heading)}</h2>\n${html}\n</section>`).join('\n')}
</main>
<script type="application/json" id="chart-data">${jsonInPage({ lines, stepName })}</script>
<script type="application/json" id="run-result">${jsonInPage(result)}</script>
<script>${inScript(library)}</script>
<script>
${inScript(client)}</script>`;
  return htmlPage({ title, policy: 'scripted', style, body });
}

export type Cell = string | number | null;

/**
 * Cells are escaped; numbers keep all their digits, so that they are those of the JSON. Columns of numbers end flush.
 */
export function tableHtml(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '<p class="quiet">none</p>';
  const kinds = head.map((_name, column) =>
    isOfNumbers(rows.map((row) => row[column] ?? null)) ? ' class="number"' : '',
  );
  const cell = (value: Cell, column: number): string =>
    `<td${kinds[column] ?? ''}>${escapeHtml(String(value ?? '–'))}</td>`;
  const names = head.map((name, column) => `<th scope="col"${kinds[column] ?? ''}>${escapeHtml(name)}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table>\n<thead><tr>${names}</tr></thead>\n<tbody>\n${lines}\n</tbody>\n</table></div>`;
}

const isOfNumbers = (cells: readonly Cell[]): boolean =>
  cells.some((cell) => typeof cell === 'number') && cells.every((cell) => cell === null || typeof cell === 'number');

export const textHtml = (text: string): string => `<pre>${escapeHtml(text)}</pre>`;
