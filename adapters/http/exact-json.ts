/**
 * Reads JSON without losing a digit: a number becomes the text that stood there, so an id of 20 digits and a price of
 * 0.10 stay what they were. Stricter than JSON.parse: a key may stand once in an object, and nesting has a cap.
 * Objects have no prototype, so `__proto__` is a key like any other. Not for our own files.
 */

export type ExactValue = string | boolean | null | readonly ExactValue[] | ExactObject;
export type ExactObject = { readonly [key: string]: ExactValue };

/** The text is not JSON, too deep, or says a key twice. `position` counts UTF-16 units from 0. */
export class InexactJson extends Error {
  override readonly name = 'InexactJson';
  readonly position: number;
  constructor(what: string, position: number) {
    super(`${what} at position ${position}`);
    this.position = position;
  }
}

type Reader = { readonly text: string; readonly depthMax: number; at: number; depth: number };

const DEPTH_MAX = 32;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERALS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** @throws InexactJson */
export function parseExactJson(text: string, depthMax: number = DEPTH_MAX): ExactValue {
  const reader: Reader = { text, depthMax, at: 0, depth: 0 };
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at !== text.length) throw new InexactJson('something follows the value', reader.at);
  return value;
}

function readValue(reader: Reader): ExactValue {
  skipSpace(reader);
  const sign = reader.text[reader.at];
  if (sign === '{') return nested(reader, readObject);
  if (sign === '[') return nested(reader, readArray);
  if (sign === '"') return readString(reader);
  for (const [word, value] of LITERALS) {
    if (reader.text.startsWith(word, reader.at)) {
      reader.at += word.length;
      return value;
    }
  }
  return match(reader, NUMBER, 'a value was expected');
}

function nested<T>(reader: Reader, read: (reader: Reader) => T): T {
  reader.depth += 1;
  if (reader.depth > reader.depthMax) throw new InexactJson(`deeper than ${reader.depthMax} levels`, reader.at);
  reader.at += 1;
  const value = read(reader);
  reader.depth -= 1;
  return value;
}

function readArray(reader: Reader): ExactValue[] {
  const values: ExactValue[] = [];
  if (isNext(reader, ']')) return values;
  do {
    values.push(readValue(reader));
  } while (isNext(reader, ','));
  expectNext(reader, ']');
  return values;
}

function readObject(reader: Reader): ExactObject {
  const object: Record<string, ExactValue> = Object.create(null);
  if (isNext(reader, '}')) return object;
  do {
    skipSpace(reader);
    const keyAt = reader.at;
    const key = readString(reader);
    if (key in object) throw new InexactJson('a key stands twice', keyAt);
    expectNext(reader, ':');
    object[key] = readValue(reader);
  } while (isNext(reader, ','));
  expectNext(reader, '}');
  return object;
}

/** From quote to quote; which signs and escapes may stand between is judged by the language. */
function readString(reader: Reader): string {
  const from = reader.at;
  if (reader.text[from] !== '"') throw new InexactJson('a text was expected', from);
  let end = from + 1;
  while (end < reader.text.length && reader.text[end] !== '"') end += reader.text[end] === '\\' ? 2 : 1;
  reader.at = end + 1;
  try {
    return String(JSON.parse(reader.text.slice(from, end + 1)));
  } catch {
    throw new InexactJson('a text is cut or holds a forbidden character', from);
  }
}

function match(reader: Reader, pattern: RegExp, otherwise: string): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found === null) throw new InexactJson(otherwise, reader.at);
  reader.at = pattern.lastIndex;
  return found[0];
}

function skipSpace(reader: Reader): void {
  match(reader, SPACE, '');
}

function isNext(reader: Reader, sign: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== sign) return false;
  reader.at += 1;
  return true;
}

function expectNext(reader: Reader, sign: string): void {
  if (!isNext(reader, sign)) throw new InexactJson(`${sign} was expected`, reader.at);
}
