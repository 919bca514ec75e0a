/**
 * JSON that loses nothing of what a walk stands on: exact decimals, maps, and the numbers for which JSON has no word.
 * `{"$decimal":"1.5"}`, `{"$map":[[key, value], …]}`, `{"$number":"NaN"}`; a key with value undefined is left out.
 */
import { canonicalJson } from './canonical-json.ts';
import { Decimal } from './decimal.ts';

/** @throws TypeError for what is neither plain data nor one of these, as `canonicalJson` does */
export const exactJson = (value: unknown): string => canonicalJson(encoded(value));

/** What `exactJson` was given. @throws SyntaxError when the text is no JSON */
export const parseExactJson = (text: string): unknown => decoded(JSON.parse(text));

function encoded(value: unknown): unknown {
  if (typeof value === 'number')
    return isSpeakable(value) ? value : { $number: Object.is(value, -0) ? '-0' : `${value}` };
  if (Decimal.isDecimal(value)) return { $decimal: value.valueOf() };
  if (value instanceof Map) return { $map: [...value].map(([key, one]) => [encoded(key), encoded(one)]) };
  if (Array.isArray(value)) return value.map(encoded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, encoded(one)]));
}

const isSpeakable = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  if (typeof fields.$decimal === 'string') return new Decimal(fields.$decimal);
  if (typeof fields.$number === 'string') return Number(fields.$number);
  if (Array.isArray(fields.$map)) return new Map(fields.$map.map((pair: [unknown, unknown]) => decodedPair(pair)));
  return Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, decoded(one)]));
}

const decodedPair = ([key, one]: [unknown, unknown]): [unknown, unknown] => [decoded(key), decoded(one)];
