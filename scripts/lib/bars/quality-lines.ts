/** The quality of a file of bars as lines for a terminal. */
import type { DataQuality, MonthQuality } from '../../../domain/market/data-quality.ts';
import { percentText } from './quality-text.ts';

const MONTH_LINES_MAX = 24;

/** How many problems of each code there are, most first. */
export function codeLines(countByCode: Readonly<Record<string, number>>): string[] {
  const ranked = Object.entries(countByCode).sort(([, a], [, b]) => b - a);
  return ranked.map(([code, count]) => `  ${String(count).padStart(9)}  ${code}`);
}

/** Shares and counts, then the months in which something is missing, without volume or jumping. */
export function qualityLines({ rows, missing, missingFraction, zeroVolume, jumps, months }: DataQuality): string[] {
  if (rows === 0) return [];
  const share = percentText(missingFraction);
  const told = months.filter((month) => month.missing + month.zeroVolume + month.jumps > 0);
  return [
    `  missing ${missing} of ${rows + missing} bars (${share}), without volume ${zeroVolume}, jumps ${jumps.length}`,
    ...(told.length === 0 ? [] : monthLines(told)),
  ];
}

function monthLines(months: readonly MonthQuality[]): string[] {
  const line = (month: string, ...cells: (number | string)[]): string =>
    `    ${month.padEnd(8)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
  const shown = months.slice(0, MONTH_LINES_MAX);
  const rest = months.length - shown.length;
  return [
    line('month', 'bars', 'missing', 'no volume', 'jumps'),
    ...shown.map(({ month, bars, missing, zeroVolume, jumps }) => line(month, bars, missing, zeroVolume, jumps)),
    ...(rest > 0 ? [`    … and ${rest} more months (--html shows all)`] : []),
  ];
}
