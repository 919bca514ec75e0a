/**
 * Finds columns by the names a header (or the keys of an object) gives them. Names are compared without case, blanks,
 * `_` and `-`. Other columns are ignored. A name that stands twice, or two names for one column, is refused.
 */
import { type Problem, problem } from '../../schemas/problem.ts';

/** What a kind of file must and may have, and which names each column goes by, in their simplified form. */
export type ColumnSet<C extends string> = {
  /** For messages: `a bar file`. */
  readonly what: string;
  readonly names: Readonly<Record<C, readonly string[]>>;
  readonly required: readonly C[];
  /** Single letters that together mark a header as written in letters. */
  readonly letters: readonly string[];
};

/**
 * Where each column stands, 0-based (-1 = nowhere), the header's own word for it, how many cells there are, and how
 * many of them a row must have: cells at the end of the header that have no name may be missing.
 */
export type Header<C extends string> = {
  readonly at: ReadonlyMap<C, number>;
  readonly name: ReadonlyMap<C, string>;
  readonly cellCount: number;
  readonly cellCountMin: number;
};

/** The header, or every problem of it at once. `where` is FILE:line. */
export function readHeader<C extends string>(
  cells: readonly string[],
  columns: ColumnSet<C>,
  where: string,
): Header<C> | readonly Problem[] {
  const names = cells.map(simplified);
  const problems = duplicates(names, cells, where);
  const at = new Map<C, number>();
  for (const column of Object.keys(columns.names) as C[]) {
    const places = placesOf(column, names, columns);
    const [first] = places;
    at.set(column, first ?? -1);
    if (first === undefined && columns.required.includes(column)) problems.push(missing(column, columns, cells, where));
    if (new Set(places.map((i) => names[i])).size > 1) problems.push(ambiguous(column, places, cells, where));
  }
  if (problems.length > 0) return problems;
  const name = new Map([...at].map(([column, i]) => [column, cells[i] ?? column]));
  const cellCountMin = names.findLastIndex((one) => one !== '') + 1;
  return { at, name, cellCount: cells.length, cellCountMin };
}

/**
 * One letter names a column where no longer name does: in a table of closes by ticker, T and C are shares. In a header
 * that is written in letters they count as any other name.
 */
function placesOf<C extends string>(column: C, names: readonly string[], columns: ColumnSet<C>): number[] {
  const places = names.flatMap((name, i) => (columns.names[column].includes(name) ? [i] : []));
  const long = places.filter((i) => (names[i] ?? '').length > 1);
  const inLetters = names.filter((name) => name.length === 1 && columns.letters.includes(name)).length;
  return long.length > 0 && inLetters < columns.letters.length ? long : places;
}

/** Tells a header that was read from the problems of one that was not. */
export const isHeader = <C extends string>(result: Header<C> | readonly Problem[]): result is Header<C> =>
  'cellCount' in result;

/** Whether one of the cells of a header is a name of `column`. */
export const knowsColumn = <C extends string>(cells: readonly string[], columns: ColumnSet<C>, column: C): boolean =>
  cells.some((cell) => columns.names[column].includes(simplified(cell)));

const simplified = (cell: string): string => cell.toLowerCase().replace(/[\s_-]/g, '');

function duplicates(names: readonly string[], cells: readonly string[], where: string): Problem[] {
  const repeated = names.flatMap((name, i) => (name !== '' && names.indexOf(name) < i ? [i] : []));
  return repeated.map((i) =>
    problem('DATA_COLUMN_DUPLICATE', `${where}:${cells[i]}`, cells[i], 'each column once', `column ${i + 1} repeats`),
  );
}

function missing<C extends string>(column: C, columns: ColumnSet<C>, cells: readonly string[], where: string): Problem {
  const got = cells.join(', ');
  return problem('DATA_COLUMN_MISSING', `${where}:${column}`, got, `a column ${column}`, headerHint(cells, columns));
}

function headerHint(cells: readonly string[], { what, required }: ColumnSet<string>): string {
  if (cells.length === 1 && /[;\t|]/.test(cells[0] ?? '')) return 'cells must be separated by commas';
  if (cells.every((cell) => /^[\d.:TZ+ -]*$/.test(cell)))
    return 'the first line must name the columns; npm run bars -- import takes --columns';
  return `${what} has the columns ${required.join(', ')}`;
}

function ambiguous(column: string, places: readonly number[], cells: readonly string[], where: string): Problem {
  const words = places.map((i) => cells[i]).join(', ');
  return problem('DATA_COLUMN_DUPLICATE', `${where}:${column}`, words, `one column for ${column}`, 'remove the others');
}
