/** No problem of market data is told without a hint: every code that the source names is in the one table. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { MARKET_HINTS, marketHintOf } from '../../schemas/market-hints.ts';
import { problem } from '../../schemas/problem.ts';

const FOLDERS = ['domain/market', 'adapters/market-data', 'activities/market', 'scripts/lib/bars', 'db'];
const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name)),
);
const CODE = /'((?:DATA|QUOTE|PRICE|SYMBOL|CALENDAR|VENDOR|CLOCK|FETCH)_[A-Z_]+|JSON_INVALID)'/g;
/** Filters of a venue that our tick is read from, no codes of ours. */
const NO_CODES = new Set(['PRICE_FILTER']);

const codes = new Set(
  files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(CODE)].map((match) => match[1] ?? '')),
);

it('every code of the market has a hint', () => {
  expect(codes.size).toBeGreaterThan(30);
  expect([...codes].filter((code) => !NO_CODES.has(code) && marketHintOf(code) === '')).toEqual([]);
});

it('no hint stands there for a code that nothing tells', () => {
  expect(Object.keys(MARKET_HINTS).filter((code) => !codes.has(code))).toEqual([]);
});

it('the hint of whoever knows more comes first', () => {
  expect(problem('DATA_EMPTY', 'f.csv', 'no rows', 'a row').hint).toBe(MARKET_HINTS.DATA_EMPTY);
  expect(problem('DATA_EMPTY', 'f.csv', 'no rows', 'a row', 'look again').hint).toBe('look again');
  expect(problem('INPUT_TYPE', 'x', 1, 'a text').hint).toBe('');
});
