/**
 * Joins the pages in which a vendor tells bars into one run of closed bars in time order. Pages may overlap; the later
 * page's word on the last bar of the one before counts. A page that goes back with other values, two words on one stamp
 * in a page, a bar from the future and a bar that cannot be are refused. Numbers stay the decimals that were written.
 */
import type { Bar } from '../../schemas/market.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { inconsistentColumn, parsePrice, parseVolume } from './bar-cells.ts';
import { inconsistentProblem, isoText } from './bar-problems.ts';
import { sameValues } from './same-values.ts';

export type PageRange = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
  /** Names vendor and symbol in problems. */
  readonly path: string;
};
/** `recent`: the last page's bars, of which the last was not handed on yet. */
export type PageState = { readonly recent: readonly Bar[] };
export type JoinedPage = {
  readonly state: PageState;
  /** In time order, after all that was handed on before. */
  readonly bars: readonly Bar[];
  /** Bars of this page that are after those of all pages before it. */
  readonly freshCount: number;
  /** The page reaches the end of the range, or the bar that has not closed yet. */
  readonly isLast: boolean;
  readonly problems: readonly Problem[];
};

export const NO_PAGE: PageState = { recent: [] };
/** The vendor's clock is told in whole seconds, and a bar may be told as it opens. */
const AHEAD_MS_MAX = 2_000;

/** `atMs`: the vendor's clock when it told this page. With problems, nothing of the page may be used. */
export function joinPage(state: PageState, rows: readonly Bar[], atMs: number, range: PageRange): JoinedPage {
  const { fromMs, toMs, intervalMs } = range;
  const sorted = rows.toSorted((a, b) => a.openTimeMs - b.openTimeMs);
  const problems = [...sorted.flatMap((bar) => barProblems(bar, atMs, range)), ...repeatProblems(sorted, range)];
  const closed = sorted.filter((bar) => bar.openTimeMs + intervalMs <= atMs);
  const wanted = firstOfEach(closed.filter((bar) => bar.openTimeMs >= fromMs && bar.openTimeMs < toMs));
  const held = state.recent.at(-1);
  const lastMs = held?.openTimeMs ?? Number.NEGATIVE_INFINITY;
  problems.push(...goingBack(wanted, lastMs, state).map((bar) => orderProblem(bar, lastMs, range)));
  const after = wanted.filter((bar) => bar.openTimeMs > lastMs);
  const word = wanted.find((bar) => bar.openTimeMs === lastMs) ?? held;
  const run = word === undefined ? after : [word, ...after];
  const isLast = sorted.some((bar) => bar.openTimeMs + intervalMs > atMs || bar.openTimeMs >= toMs);
  return {
    state: { recent: run.length > 0 ? [...wanted.filter((bar) => bar.openTimeMs < lastMs), ...run] : state.recent },
    bars: run.slice(0, -1),
    freshCount: after.length,
    isLast,
    problems,
  };
}

/** What was held back until the pages ended. */
export const lastOf = ({ recent }: PageState): readonly Bar[] => recent.slice(-1);

/** Bars before the last known one that do not just repeat what the page before said. */
function goingBack(wanted: readonly Bar[], lastMs: number, { recent }: PageState): readonly Bar[] {
  const known = new Map(recent.map((bar) => [bar.openTimeMs, bar]));
  return wanted.filter((bar) => {
    const before = known.get(bar.openTimeMs);
    return bar.openTimeMs < lastMs && (before === undefined || !sameValues(before, bar));
  });
}

function firstOfEach(sorted: readonly Bar[]): Bar[] {
  return sorted.filter((bar, index) => bar.openTimeMs !== sorted[index - 1]?.openTimeMs);
}

function repeatProblems(sorted: readonly Bar[], range: PageRange): Problem[] {
  return sorted.flatMap((bar, index) => {
    const before = sorted[index - 1];
    if (before?.openTimeMs !== bar.openTimeMs || sameValues(before, bar)) return [];
    const expected = `the bar that stands there already: ${textOf(before)}`;
    return [problem('DATA_TIME_DUPLICATE', placeOf(bar, range), textOf(bar), expected)];
  });
}

const orderProblem = (bar: Bar, lastMs: number, range: PageRange): Problem =>
  problem('DATA_TIME_ORDER', placeOf(bar, range), textOf(bar), `bars after ${isoText(lastMs)}: pages go on in time`);

const textOf = (bar: Bar): string => [bar.open, bar.high, bar.low, bar.close, bar.volume].join(' ');
const placeOf = (bar: Bar, { path }: PageRange): string => `${path} ${isoText(bar.openTimeMs)}`;

const CELLS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** What is wrong with one bar by itself. */
function barProblems(bar: Bar, atMs: number, range: PageRange): Problem[] {
  const place = placeOf(bar, range);
  const cells = CELLS.map((column) => [column, readCell(bar, column)] as const);
  const problems = cells.flatMap(([column, cell]) =>
    cell.ok ? [] : [problem(cell.code, `${place} ${column}`, bar[column], cell.expected, cell.hint)],
  );
  if (bar.openTimeMs > atMs + AHEAD_MS_MAX) {
    problems.push(problem('DATA_TIME_FUTURE', place, isoText(bar.openTimeMs), `a bar that opened by ${isoText(atMs)}`));
  }
  if (problems.length > 0) return problems;
  const [open, high, low, close] = CELLS.map((column) => Number(bar[column])) as [number, number, number, number];
  const row = { openTimeMs: bar.openTimeMs, open, high, low, close, volume: Number(bar.volume) };
  const wrong = inconsistentColumn(row);
  return wrong === null ? [] : [inconsistentProblem(`${place} ${wrong}`, row)];
}

const readCell = (bar: Bar, column: (typeof CELLS)[number]) =>
  column === 'volume' ? parseVolume(bar.volume, false) : parsePrice(bar[column]);
