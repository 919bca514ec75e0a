/**
 * One line of CSV, both ways: cells out of a line (RFC 4180 quotes, separator comma) and cells into a line.
 * Not for cells that span lines: market data has none.
 */

/** The cells of a line, outer blanks removed; `null` when a cell that starts with a quote does not end with one. */
export function splitCsvLine(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const cell = readCell(line, at);
    if (cell === null) return null;
    cells.push(cell.text);
    at = cell.next;
  }
  return cells;
}

function readCell(line: string, start: number): { text: string; next: number } | null {
  let at = start;
  while (line[at] === ' ') at += 1;
  if (line[at] !== '"') return readBareCell(line, start);
  let text = '';
  for (at += 1; at < line.length; at += 1) {
    if (line[at] !== '"') text += line[at];
    else if (line[at + 1] === '"') {
      text += '"';
      at += 1;
    } else return closeCell(line, at + 1, text);
  }
  return null;
}

function readBareCell(line: string, start: number): { text: string; next: number } {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  return { text: line.slice(start, end).trim(), next: end + 1 };
}

function closeCell(line: string, after: number, text: string): { text: string; next: number } | null {
  const comma = line.indexOf(',', after);
  const end = comma < 0 ? line.length : comma;
  return line.slice(after, end).trim() === '' ? { text, next: end + 1 } : null;
}

const FORMULA = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A text cell ready for a CSV file. What a spreadsheet would take for a formula (it begins with = + - @, in full width
 * too, a tab or a line end, whatever blanks stand before) gets a leading apostrophe; plain numbers stay as they are.
 */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
