/** Closing prices over time as an inline SVG without script: lowest to highest close of each column, gaps shaded. */
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import type { Gap } from '../../../schemas/market.ts';

const WIDTH = 1_000;
const HEIGHT = 260;
const MARGIN = 8;
/** A flat column still shows. */
const THICKNESS_MIN = 1.5;

type Column = { low: number; high: number };

/** A logarithmic scale, so that a jump is as high early as late. */
export function pricesSvg(series: BarSeries, gaps: readonly Gap[]): string {
  const fromMs = series.openTimeMs[0];
  const lastMs = series.openTimeMs.at(-1);
  if (fromMs === undefined || lastMs === undefined) return '<p>There is no bar to draw.</p>';
  const spanMs = lastMs - fromMs + series.intervalMs;
  const xOf = (ms: number): number => ((ms - fromMs) / spanMs) * WIDTH;
  const columns = columnsOf(series, xOf);
  const lowest = Math.min(...[...columns.values()].map((column) => column.low));
  const highest = Math.max(...[...columns.values()].map((column) => column.high));
  const yOf = (price: number): number => {
    const share = highest > lowest ? Math.log(price / lowest) / Math.log(highest / lowest) : 0.5;
    return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN);
  };
  const bars = [...columns].map(([x, { low, high }]) => {
    const top = yOf(high);
    return rect('range', x, top, 1.2, Math.max(THICKNESS_MIN, yOf(low) - top));
  });
  const shades = shadesOf(gaps, series.intervalMs, xOf);
  const label = `Closing prices from ${lowest} to ${highest}, with ${gaps.length} gaps shaded`;
  const frame = `viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"`;
  return `<svg class="prices" ${frame} role="img" aria-label="${label}">
<title>${label}</title>
${shades.join('')}${bars.join('')}</svg>
<p class="quiet">Closes from ${lowest} to ${highest}, on a logarithmic scale. Shaded: missing bars.</p>`;
}

/** Lowest and highest close by column of the picture. */
function columnsOf({ openTimeMs, close }: BarSeries, xOf: (ms: number) => number): Map<number, Column> {
  const columns = new Map<number, Column>();
  openTimeMs.forEach((ms, i) => {
    const x = Math.floor(xOf(ms));
    const price = close[i] as number;
    const column = columns.get(x);
    if (column === undefined) columns.set(x, { low: price, high: price });
    else {
      column.low = Math.min(column.low, price);
      column.high = Math.max(column.high, price);
    }
  });
  return columns;
}

/** One shade for each column in which bars are missing, however many gaps there are. */
function shadesOf(gaps: readonly Gap[], intervalMs: number, xOf: (ms: number) => number): string[] {
  const widths = new Map<number, number>();
  for (const { fromMs, missingCount } of gaps) {
    const x = Math.floor(xOf(fromMs));
    const width = Math.max(1.5, xOf(fromMs + missingCount * intervalMs) - x);
    widths.set(x, Math.max(width, widths.get(x) ?? 0));
  }
  return [...widths].map(([x, width]) => rect('gap', x, 0, width, HEIGHT));
}

const rect = (kind: string, x: number, y: number, width: number, height: number): string =>
  `<rect class="${kind}" x="${x}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>`;
