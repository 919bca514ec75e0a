/**
 * Lays the board out for a screen: every line fits its width, all lines its
 * height, the selected row is always among them.
 */
import pc from 'picocolors';
import { type Board, rowsOf } from './board.ts';
import { type Section, type SectionRow, sectionsOf, type Tone } from './sections.ts';
import { clip, printable, tableOf } from './table.ts';
import type { View } from './view.ts';

export type Size = { readonly width: number; readonly height: number };

export type Screen = {
  readonly lines: readonly string[];
  /** Keys of the rows that are seen: their workflows are worth a question. */
  readonly shown: ReadonlySet<string>;
};

export type Colors = Pick<ReturnType<typeof pc.createColors>, 'bold' | 'dim' | 'inverse' | 'red' | 'yellow'>;

const KEYS = 'j k select   p pause   r resume   s stop   a approve   d deny   q quit';
const MARK = '> ';
const NO_MARK = '  ';
/** The line of the whole desk, that of messages, that of keys. */
const CHROME = 3;
/** Its title and the names of its columns. */
const SECTION_HEAD = 2;

/** @param colors those of `pc.createColors(false)` leave the text as it is */
export function screenOf(board: Board, view: View, { width, height }: Size, colors: Colors): Screen {
  const room = Math.max(0, height - CHROME);
  const sections = fittingSections(sectionsOf(board), view.selected, room);
  const heads = sections.reduce((sum, one) => sum + headLines(one), 0);
  const counts = shareOut(
    sections.map((one) => one.rows.length),
    Math.max(0, room - heads),
  );
  const drawn = sections.map((one, at) => drawSection(one, counts[at] ?? 0, view.selected, width, colors));
  const body = drawn.flatMap(({ lines }) => lines).slice(0, room);
  const blank = Array.from({ length: room - body.length }, () => '');
  const message = clip(printable(view.message ?? ''), width);
  const foot = [colors.yellow(message), colors.dim(clip(KEYS, width))];
  const top = colors.bold(clip(printable(headline(board)), width));
  return {
    lines: [top, ...body, ...blank, ...foot].slice(0, Math.max(0, height)),
    shown: new Set(drawn.flatMap(({ keys }) => keys)),
  };
}

/** Everything, as wide and as long as it is, for a file or a pipe. */
export function plainLines(board: Board): string[] {
  const colors = pc.createColors(false);
  const view = { selected: null, place: 0, armed: null, message: null };
  const tables = sectionsOf(board).map((one) => drawSection(one, one.rows.length, view.selected, Infinity, colors));
  return [printable(headline(board)), ...tables.flatMap(({ lines }) => lines)];
}

/** Keys of all rows that can be selected, for a question to every workflow. */
export const workflowIdsOf = (board: Board, shown: ReadonlySet<string>): Set<string> =>
  new Set(rowsOf(board).flatMap((row) => (row.kind !== 'approval' && shown.has(row.key) ? [row.of.workflowId] : [])));

function headline({ mode, policyVersion, killSwitch, atMs }: Board): string {
  const policy = mode === null ? 'no policy' : `mode ${mode}, policy ${policyVersion ?? '-'}`;
  const kill = killSwitch === null ? 'kill switch off' : `KILL SWITCH: ${killSwitch}`;
  return `quarterdeck  ${new Date(atMs).toISOString().slice(11, 19)}Z  ${policy}  ${kill}`;
}

const headLines = ({ rows }: Section): number => (rows.length === 0 ? 1 : SECTION_HEAD);

/** All of them, or where the screen is too low the one with the selected row, else the first. */
function fittingSections(sections: readonly Section[], selected: string | null, room: number): readonly Section[] {
  const least = sections.reduce((sum, one) => sum + headLines(one) + Math.min(1, one.rows.length), 0);
  if (least <= room) return sections;
  const its = sections.find(({ rows }) => selected !== null && rows.some(({ key }) => key === selected));
  return [its ?? sections[0]].flatMap((one) => (one === undefined ? [] : [one]));
}

/** Shares lines out evenly; what one does not need goes to the others. */
export function shareOut(needs: readonly number[], lines: number): number[] {
  const given = needs.map(() => 0);
  for (let left = lines; left > 0; ) {
    const hungry = needs.flatMap((need, at) => ((given[at] ?? 0) < need ? [at] : []));
    if (hungry.length === 0) break;
    for (const at of hungry.slice(0, left)) given[at] = (given[at] ?? 0) + 1;
    left -= Math.min(left, hungry.length);
  }
  return given;
}

/** Where a window of `seen` rows begins so that row `at` lies in its middle, or as near as the ends allow. */
export const windowFrom = (count: number, seen: number, at: number): number =>
  Math.max(0, Math.min(at - Math.floor(seen / 2), count - seen));

type Drawn = { readonly lines: readonly string[]; readonly keys: readonly string[] };

function drawSection(section: Section, seen: number, selected: string | null, width: number, colors: Colors): Drawn {
  const { title, columns, rows } = section;
  if (rows.length === 0) return { lines: [colors.bold(clip(title, width))], keys: [] };
  const at = rows.findIndex(({ key }) => key !== null && key === selected);
  const from = windowFrom(rows.length, seen, at);
  const inside = rows.slice(from, from + seen);
  const cells = inside.map((row) => row.cells);
  const { head, lines } = tableOf(columns, cells, Math.max(0, width - MARK.length));
  const part = seen < rows.length ? `, ${from + 1} to ${from + seen}` : '';
  return {
    lines: [
      colors.bold(clip(`${title}${part}`, width)),
      colors.dim(clip(`${NO_MARK}${head}`, width)),
      ...inside.map((row, index) =>
        rowLine(row, lines[index] ?? '', row.key !== null && row.key === selected, width, colors),
      ),
    ],
    keys: inside.flatMap(({ key }) => (key === null ? [] : [key])),
  };
}

function rowLine({ tone }: SectionRow, text: string, isSelected: boolean, width: number, colors: Colors): string {
  const line = clip(`${isSelected ? MARK : NO_MARK}${text}`, width);
  return isSelected ? colors.inverse(line) : toned(line, tone, colors);
}

function toned(line: string, tone: Tone, { dim, red, yellow }: Colors): string {
  if (tone === 'plain') return line;
  return tone === 'quiet' ? dim(line) : tone === 'warning' ? yellow(line) : red(line);
}
