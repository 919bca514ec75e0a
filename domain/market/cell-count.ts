/** Rows with more or fewer cells than their header has columns: a comma inside a number makes one too many. */
import { type Problem, problem } from '../../schemas/problem.ts';
import type { Header } from './columns.ts';

export const columnCountProblem = (cells: readonly string[], header: Header<string>, place: string): Problem =>
  problem('DATA_COLUMN_COUNT', place, `${cells.length} columns`, `${header.cellCount} columns, as the header has`);

/** The text of each column, '' where the row has no cell for it. */
export function textsOf<C extends string>(cells: readonly string[], header: Header<C>): Record<C, string> {
  const texts = {} as Record<C, string>;
  for (const [column, at] of header.at) texts[column] = cells[at] ?? '';
  return texts;
}

const THOUSANDS = /^\d{1,3},\d{3}(\.\d+)?$/;

/**
 * A comma inside a number makes a cell too many: the column is named where only one way to mend it gives a row. Where
 * no number can have been cut, or the row is good without what hangs over, there are columns too many.
 */
export function tooManyCells<C extends string>(
  cells: readonly string[],
  header: Header<C>,
  place: string,
  isSensible: (texts: Readonly<Record<C, string>>) => boolean,
): Problem {
  const extraCount = cells.length - header.cellCount;
  const cuts = cells.flatMap((cell, at) => {
    const joined = `${cell},${cells[at + 1] ?? ''}`;
    return THOUSANDS.test(joined) ? [{ at, joined }] : [];
  });
  const mended = cuts.filter(({ at, joined }) => {
    const row = [...cells.slice(0, at), joined.replace(',', ''), ...cells.slice(at + 2)];
    return extraCount === 1 && isSensible(textsOf(row, header));
  });
  const isWhole = mended.length === 0 && isSensible(textsOf(cells.slice(0, header.cellCount), header));
  if (cuts.length < extraCount || isWhole) return columnCountProblem(cells, header, place);
  const [only, another] = mended;
  const column = another === undefined ? [...header.at].find(([, at]) => at === only?.at)?.[0] : undefined;
  const expected = `${header.cellCount} cells, there are ${cells.length}`;
  const hint = 'a comma inside a number? write 1234.56 without separators';
  if (only === undefined || column === undefined)
    return problem('DATA_NUMBER_FORMAT', place, cells.join(','), expected, hint);
  return problem('DATA_NUMBER_FORMAT', `${place}:${header.name.get(column)}`, only.joined, expected, hint);
}
