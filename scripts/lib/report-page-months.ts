/** The monthly table of a report page: what wealth did in each month, and in each year. */
import { monthlyReturns } from '../../domain/backtest/monthly-returns.ts';
import { percent } from '../../domain/backtest/report-text.ts';
import { scrolling } from './report-page-tables.ts';

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A row a year, the newest first. @param start wealth before the first close */
export function monthsHtml(equity: readonly (readonly [number, number])[], start: number): string {
  const years = monthlyReturns(equity, start);
  if (years.length === 0) return '<p>No bar was walked.</p>';
  const head = ['Year', ...NAMES, 'Whole year'].map(
    (name, index) => `<th scope="col"${index === 0 ? '' : ' class="number"'}>${name}</th>`,
  );
  const rows = years
    .map((one) => `<tr><th scope="row">${one.year}</th>${[...one.months, one.returnFraction].map(cell).join('')}</tr>`)
    .reverse();
  return scrolling('months', 'Returns by month and year', head.join(''), rows.join('\n'));
}

function cell(value: number | null): string {
  const tone = value === null || value === 0 ? '' : value > 0 ? ' up' : ' down';
  return `<td class="number${tone}">${percent(value)}</td>`;
}
