/**
 * Reads the JSON text of a model before anything parses it. JSON.parse keeps the last of two equal keys, accepts any
 * depth and has no place to say where a text was cut; this scan says all three. It follows RFC 8259 and builds nothing.
 */
import { pathText } from '../../schemas/path-text.ts';
import { type Problem, problem } from '../../schemas/problem.ts';

export type JsonScan =
  /** A whole value from `start` to `end` (exclusive); `problems` are those that do not hide its end. */
  | { readonly kind: 'whole'; readonly end: number; readonly problems: readonly Problem[] }
  /** The text ends inside the value. */
  | { readonly kind: 'cut'; readonly problems: readonly Problem[] }
  | { readonly kind: 'syntax'; readonly at: number; readonly problems: readonly Problem[] }
  | { readonly kind: 'tooDeep'; readonly at: number };

type Reader = { readonly text: string; at: number; readonly path: PropertyKey[]; readonly problems: Problem[] };

/** Ends the scan where it stands. */
class Stop extends Error {
  readonly kind: 'cut' | 'syntax' | 'tooDeep';
  constructor(kind: Stop['kind']) {
    super(kind);
    this.kind = kind;
  }
}

const PROBLEMS_MAX = 20;

/**
 * Scans the value that begins at `start`, white space before it allowed. A
 * list or object in it may nest `depthMax` deep.
 */
export function scanJson(text: string, start: number, depthMax: number): JsonScan {
  const reader: Reader = { text, at: start, path: [], problems: [] };
  try {
    readValue(reader, depthMax);
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    const { at, problems } = reader;
    if (stop.kind === 'cut') return { kind: 'cut', problems };
    return stop.kind === 'tooDeep' ? { kind: 'tooDeep', at } : { kind: 'syntax', at, problems };
  }
  return { kind: 'whole', end: reader.at, problems: reader.problems };
}

const WHITE = /[ \t\n\r]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
/** A string that the text's end cuts off. */
const STRING_OPEN = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:\\(?:u[0-9a-fA-F]{0,3})?)?$/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const WORD = /(?:true|false|null)(?!\w)/y;
/** What lenient parsers take for a number, and JSON does not. */
const NO_NUMBER = /[+-]?(?:NaN|Infinity|inf|nan|\.?\d[\w.+-]*)/y;
const WORD_OPEN = /(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|-?\d[\d.eE+-]*)$/y;

function match(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at;
  const [found] = pattern.exec(reader.text) ?? [];
  if (found === undefined) return null;
  reader.at += found.length;
  return found;
}

const skipWhite = (reader: Reader): void => {
  match(reader, WHITE);
};

function readValue(reader: Reader, depthLeft: number): void {
  skipWhite(reader);
  const next = reader.text[reader.at];
  if (next === '{') readObject(reader, depthLeft);
  else if (next === '[') readList(reader, depthLeft);
  else if (next === '"') readString(reader);
  else readPlain(reader);
}

function readPlain(reader: Reader): void {
  if (match(reader, WORD) !== null) return;
  const number = match(reader, NUMBER);
  if (number !== null) {
    if (!Number.isFinite(Number(number))) note(reader, notANumber(reader, number));
    return;
  }
  if (match(reader, WORD_OPEN) !== null) throw new Stop('cut');
  const strange = match(reader, NO_NUMBER);
  if (strange === null) throw stopHere(reader);
  note(reader, notANumber(reader, strange));
}

const notANumber = ({ path }: Reader, found: string): Problem =>
  problem('LLM_NOT_A_NUMBER', pathText(path), found, 'a number as JSON writes it');

function readString(reader: Reader): string {
  const found = match(reader, STRING);
  if (found !== null) return found;
  throw new Stop(match(reader, STRING_OPEN) === null ? 'syntax' : 'cut');
}

function readList(reader: Reader, depthLeft: number): void {
  open(reader, depthLeft);
  for (let index = 0; ; index += 1) {
    if (index === 0 && closes(reader, ']')) return;
    inside(reader, index, () => readValue(reader, depthLeft - 1));
    if (closes(reader, ']')) return;
    expectSign(reader, ',');
  }
}

function readObject(reader: Reader, depthLeft: number): void {
  open(reader, depthLeft);
  const keys = new Set<string>();
  if (closes(reader, '}')) return;
  for (;;) {
    const key = readKey(reader, keys);
    expectSign(reader, ':');
    inside(reader, key, () => readValue(reader, depthLeft - 1));
    if (closes(reader, '}')) return;
    expectSign(reader, ',');
  }
}

/** Equal after its escapes are read: "\u0061ction" is action. */
function readKey(reader: Reader, keys: Set<string>): string {
  skipWhite(reader);
  if (reader.text[reader.at] !== '"') throw stopHere(reader);
  const key = String(JSON.parse(readString(reader)));
  if (keys.has(key)) {
    const at = pathText([...reader.path, key]);
    note(reader, problem('LLM_DUPLICATE_KEY', at, key, 'each field once', 'readers disagree which of the two counts'));
  }
  keys.add(key);
  return key;
}

function open(reader: Reader, depthLeft: number): void {
  if (depthLeft <= 0) throw new Stop('tooDeep');
  reader.at += 1;
}

function inside(reader: Reader, key: PropertyKey, read: () => void): void {
  reader.path.push(key);
  read();
  reader.path.pop();
}

function closes(reader: Reader, sign: ']' | '}'): boolean {
  skipWhite(reader);
  if (reader.text[reader.at] !== sign) return false;
  reader.at += 1;
  return true;
}

function expectSign(reader: Reader, sign: ',' | ':'): void {
  skipWhite(reader);
  if (reader.text[reader.at] !== sign) throw stopHere(reader);
  reader.at += 1;
}

const stopHere = ({ text, at }: Reader): Stop => new Stop(at >= text.length ? 'cut' : 'syntax');

function note({ problems }: Reader, one: Problem): void {
  if (problems.length < PROBLEMS_MAX) problems.push(one);
}
