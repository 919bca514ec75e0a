/** Tables of plain signs for a terminal: columns as wide as what is in them, narrower and fewer where the screen is. */
export type Column = {
  readonly title: string;
  readonly align?: 'right';
  /** It may be cut when the screen is too narrow. */
  readonly shrinks?: true;
  /** It goes before any other is cut; such columns stand at the right end. */
  readonly spare?: true;
};

export type Table = { readonly head: string; readonly lines: readonly string[] };

const GAP = '  ';
const NARROWEST = 6;
const CUT = '…';

/**
 * Signs that take one place each. Anything else (control signs, wide signs, marks
 * of direction) would break the table, or more.
 */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f…→]/gu, '?');

export const clip = (text: string, width: number): string =>
  text.length <= width ? text : width <= 0 ? '' : `${text.slice(0, width - 1)}${CUT}`;

/** No line is longer than `width`; columns from the right are left out when the others need the room. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): Table {
  const cells = rows.map((row) => row.map(printable));
  const natural = columns.map(({ title }, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const widths = fitted(columns, natural, width);
  const line = (row: readonly string[]): string => {
    const parts = widths.map((room, at) => padded(clip(row[at] ?? '', room), room, columns[at]?.align));
    return clip(parts.join(GAP), width).trimEnd();
  };
  return { head: line(columns.map(({ title }) => title)), lines: cells.map(line) };
}

const padded = (text: string, width: number, align: Column['align']): string =>
  align === 'right' ? text.padStart(width) : text.padEnd(width);

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);

/** Spare columns go, then the widest that may shrink gives way, sign by sign, then the last column goes. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  while (totalOf(widths) > width) {
    if (columns[widths.length - 1]?.spare === true) return fitted(columns, natural.slice(0, -1), width);
    const room = widths.map((one, at) => (columns[at]?.shrinks === true && one > NARROWEST ? one : 0));
    const widest = Math.max(...room);
    if (widest > 0) widths[room.indexOf(widest)] = widest - 1;
    else return widths.length > 1 ? fitted(columns, natural.slice(0, -1), width) : [width];
  }
  return widths;
}
