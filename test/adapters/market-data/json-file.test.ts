import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readBarFile } from '../../../adapters/market-data/csv-file.ts';
import { readColumnNames } from '../../../adapters/market-data/read-table.ts';
import { exactBar } from '../../../domain/market/bar-columns.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'json-bars-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = 1_772_409_600_000;
const HOUR = 3_600_000;
const options = { symbol: 'BTC/USDT', intervalMs: HOUR, nowMs: START + 1_000_000 * HOUR };

function file(name: string, content: string | Buffer): string {
  const where = path.join(folder, name);
  writeFileSync(where, content);
  return where;
}

const read = (content: string, caps = {}) => readBarFile(file('bars.json', content), { ...options, caps });
const told = async (content: string, caps = {}) =>
  (await read(content, caps)).problems.map((one) => `${one.code} ${one.path.replace(`${folder}${path.sep}`, '')}`);

const object = (i: number, close = '11') =>
  `{"id":8389766145050669870,"t":${START + i * HOUR},"o":10,"h":12.50,"l":"9","c":${close},"v":"5"}`;
const list = (i: number) => `[${START + i * HOUR},"10","12.5","9","11","5"]`;

describe('a JSON file of bars', () => {
  it.each([
    ['an array of objects', `[${object(0)},${object(1)}, ${object(2)}]`],
    ['an array over many lines', `\uFEFF[\r\n  ${object(0)},\n\n${object(1)}\n,${object(2)}]\n`],
    ['an array of arrays, as exchanges send them', `[${list(0)},${list(1)},${list(2)}]`],
    ['an object a line', `${object(0)}\n\n${object(1)}\r\n${object(2)}`],
    ['an array a line', `${list(0)}\n${list(1)}\n${list(2)}\n`],
  ])('may be %s, plain or packed', async (_what, content) => {
    for (const where of [file('a.json', content), file('a.json.gz', gzipSync(content)), file('a.csv', content)]) {
      const { series, problems } = await readBarFile(where, options);
      expect(problems).toEqual([]);
      expect(Array.from(series.openTimeMs)).toEqual([START, START + HOUR, START + 2 * HOUR]);
      expect(Array.from(series.high)).toEqual([12.5, 12.5, 12.5]);
    }
  });

  it('keeps numbers of more digits than a double holds', async () => {
    const { series, exactTexts, problems } = await read(`[${object(0, '11.000000000000000000000001')}]`);
    expect(problems).toEqual([]);
    expect(exactBar(series, exactTexts, 0).close).toBe('11.000000000000000000000001');
  });

  it('falls on its pieces in any way', async () => {
    const records = Array.from({ length: 5_000 }, (_, i) => object(i).replace('"id"', `"a}],\\"{[":"]},\\\\","id"`));
    const { series, problems } = await read(`[${records.join(',\n ')}]`);
    expect(problems).toEqual([]);
    expect(series.openTimeMs.length).toBe(5_000);
  });

  it('is told by record in an array and by line in JSON lines', async () => {
    expect(await told(`[${object(0)},${object(1, '"NaN"')}]`)).toEqual(['DATA_NOT_A_NUMBER bars.json[1]:c']);
    expect(await told(`${object(0)}\n\n${object(1, 'null')}`)).toEqual(['DATA_NOT_A_NUMBER bars.json:3:c']);
    expect(await told(`[${object(0, '1e5')}]`)).toEqual(['DATA_NUMBER_FORMAT bars.json[0]:c']);
  });

  it.each([
    ['[', 'JSON_INVALID bars.json:1'],
    ['[]', 'DATA_EMPTY bars.json'],
    ['[{]', 'JSON_INVALID bars.json[0]'],
    [`[${object(0)}`, 'JSON_INVALID bars.json[1]'],
    [`[${object(0)},]`, 'JSON_INVALID bars.json[1]'],
    [`[${object(0)}] x`, 'JSON_INVALID bars.json[1]'],
    [`[${object(0)} ${object(1)}]`, 'JSON_INVALID bars.json[1]'],
    [`[${object(0, 'NaN')}]`, 'JSON_INVALID bars.json[0]'],
    [`[${object(0).replace('"o"', '"c"')}]`, 'JSON_INVALID bars.json[0]'],
    [`${object(0)}\n{"t":`, 'JSON_INVALID bars.json:2'],
    ['{"bars":[1]}', 'DATA_COLUMN_MISSING bars.json:1:time'],
    [`[[${'['.repeat(60)}${']'.repeat(60)}]]`, 'JSON_INVALID bars.json[0]'],
  ])('is refused when it is %j', async (content, problem) => {
    expect((await told(content))[0]).toBe(problem);
  });

  it('is refused when a record does not end, before memory grows', async () => {
    expect(await told(`[{"t":"${'x'.repeat(200_000)}`)).toEqual(['DATA_TOO_LARGE bars.json:1']);
    expect(await told(`[${object(0)},${object(1)}]`, { rowsMax: 1 })).toEqual(['DATA_TOO_LARGE bars.json[1]']);
  });

  it('names its columns', async () => {
    expect(await readColumnNames(file('n.json', '[{"bid":1,"ask":2}]'))).toEqual(['bid', 'ask']);
    expect(await readColumnNames(file('n.csv', '\n"time", bid\n1,2'))).toEqual(['time', 'bid']);
    expect(await readColumnNames(file('n.jsonl', list(0)))).toEqual([]);
    expect(await readColumnNames(file('n.csv', ''))).toEqual([]);
  });
});
