/**
 * One spelling for each JSON value, so that equal content has equal bytes and equal hashes.
 * Keys sorted by code unit, no white space, -0 printed as 0. Not a pretty printer, and no parser.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const DEPTH_MAX = 200;

/**
 * The canonical JSON text of plain data: null, booleans, finite numbers, strings, arrays, plain objects.
 * An object's key with value undefined is left out, as if it were absent.
 * @throws TypeError with the place, for anything JSON cannot carry without loss: NaN, Infinity, undefined in a list,
 *   bigint, functions, Date, Map, typed arrays, nesting beyond 200 levels
 */
export const canonicalJson = (value: unknown): string => print(value, '$', 0);

/** Lower-case hex sha256 of the UTF-8 bytes of `text`. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

function print(value: unknown, path: string, depth: number): string {
  if (depth > DEPTH_MAX) throw new TypeError(`${path}: nested deeper than ${DEPTH_MAX} levels`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return printNumber(value, path);
  if (Array.isArray(value)) return printList(value, path, depth);
  if (isPlainObject(value)) return printObject(value, path, depth);
  throw new TypeError(`${path}: ${nameOf(value)} has no canonical JSON`);
}

function printNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) throw new TypeError(`${path}: ${value} has no canonical JSON`);
  return JSON.stringify(value);
}

/** By index, not by `map`: a hole in a list is refused like undefined, never skipped. */
function printList(list: readonly unknown[], path: string, depth: number): string {
  const cells = Array.from(list, (item, index) => print(item, `${path}[${index}]`, depth + 1));
  return `[${cells.join(',')}]`;
}

function printObject(value: Record<string, unknown>, path: string, depth: number): string {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  keys.sort();
  const cells = keys.map((key) => `${JSON.stringify(key)}:${print(value[key], `${path}.${key}`, depth + 1)}`);
  return `{${cells.join(',')}}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isForeignPlain(prototype);
}

/** Data parsed in another realm (a workflow sandbox, a worker) has another Object.prototype of the same form. */
function isForeignPlain(prototype: unknown): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
}

const nameOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;
