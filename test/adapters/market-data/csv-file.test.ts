import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile as writeFileAsync } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readBarFile } from '../../../adapters/market-data/csv-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bars-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LINES = [
  'time,open,high,low,close,volume',
  '2026-01-05T00:00:00Z,10,12,9,11,5',
  '2026-01-05T01:00:00Z,11,13,10,12,6',
  '2026-01-05T02:00:00Z,12,14,11,13,7',
];
const TEXT = `${LINES.join('\n')}\n`;

const options = { symbol: 'AAPL', intervalMs: 3_600_000, nowMs: Date.parse('2026-01-06T00:00:00Z') };

function file(name: string, content: string | Buffer): string {
  const where = path.join(folder, name);
  writeFileSync(where, content);
  return where;
}

const closes = async (where: string) => {
  const { series, problems } = await readBarFile(where, options);
  expect(problems).toEqual([]);
  return Array.from(series.close);
};

const codes = async (where: string, caps = {}) =>
  (await readBarFile(where, { ...options, caps })).problems.map((one) => one.code);

describe('a bar file is read alike', () => {
  it('plain and packed, whatever its name says', async () => {
    expect(await closes(file('plain.csv', TEXT))).toEqual([11, 12, 13]);
    expect(await closes(file('packed.csv.gz', gzipSync(TEXT)))).toEqual([11, 12, 13]);
    expect(await closes(file('packed.csv', gzipSync(TEXT)))).toEqual([11, 12, 13]);
    expect(await closes(file('plain.csv.gz', TEXT))).toEqual([11, 12, 13]);
  });

  it('in two gzip members, as appended files are', async () => {
    const parts = [`${LINES.slice(0, 2).join('\n')}\n`, LINES.slice(2).join('\n')];
    expect(await closes(file('members.gz', Buffer.concat(parts.map((part) => gzipSync(part)))))).toEqual([11, 12, 13]);
  });

  it('with a byte order mark and with line ends of any system', async () => {
    expect(await closes(file('bom.csv', `\uFEFF${LINES.join('\r\n')}\r\n`))).toEqual([11, 12, 13]);
    expect(await closes(file('mac.csv', LINES.join('\r')))).toEqual([11, 12, 13]);
    expect(await closes(file('open-end.csv', LINES.join('\n')))).toEqual([11, 12, 13]);
  });

  it('however its lines fall on the pieces it is read in', async () => {
    const start = Date.parse('2020-01-01T00:00:00Z');
    const rows = Array.from({ length: 10_000 }, (_, i) => `${start + i * 3_600_000},10,12,9,11,5`);
    const { series, problems } = await readBarFile(file('long.csv', [LINES[0], ...rows].join('\r\n')), options);
    expect(problems).toEqual([]);
    expect(series.openTimeMs.length).toBe(10_000);
  });

  it('and names file, line and column of what is wrong', async () => {
    const where = file('wrong.csv', TEXT.replace('14,11,13', '14,11,x'));
    const { problems } = await readBarFile(where, options);
    expect(problems.map((one) => `${one.code} ${one.path}`)).toEqual([`DATA_NOT_A_NUMBER ${where}:4:close`]);
  });
});

describe('a file that is no bar file', () => {
  it('is refused when it is not there or a folder', async () => {
    await expect(readBarFile(path.join(folder, 'none.csv'), options)).rejects.toThrow('DATA_FILE_NOT_FOUND');
    await expect(readBarFile(folder, options)).rejects.toThrow('DATA_FILE_NOT_FOUND');
  });

  it('is refused when it is empty', async () => {
    expect(await codes(file('empty.csv', ''))).toEqual(['DATA_EMPTY']);
    expect(await codes(file('empty.csv.gz', gzipSync('')))).toEqual(['DATA_EMPTY']);
  });

  it('is refused as DATA_ENCODING when it holds NUL bytes, other encodings or a damaged archive', async () => {
    expect(await codes(file('nul.csv', TEXT.replace('13,7', '13,\0')))).toEqual(['DATA_ENCODING']);
    expect(await codes(file('latin.csv', Buffer.from(TEXT.replace('7', 'é'), 'latin1')))).toContain('DATA_ENCODING');
    expect(await codes(file('cut.csv.gz', gzipSync(TEXT).subarray(0, 60)))).toContain('DATA_ENCODING');
  });
});

describe('bytes that are no UTF-8', () => {
  const told = async (name: string, content: Buffer) =>
    (await readBarFile(file(name, content), options)).problems.map((one) => `${one.code} ${path.basename(one.path)}`);
  const SWAPPED = Buffer.from(TEXT, 'utf16le').swap16();

  it('are named by line and column, each of them', async () => {
    const latin = Buffer.from(TEXT.replace('11,13,10,12', '11,13,1é,12').replace('13,7', '13,7é'), 'latin1');
    expect(await told('latin-1.csv', latin)).toEqual([
      'DATA_ENCODING latin-1.csv:3:low',
      'DATA_ENCODING latin-1.csv:4:volume',
    ]);
    const nul = Buffer.from(TEXT.replace('14,11,13', '14\0,11,13'));
    expect(await told('nul.csv', nul)).toEqual(['DATA_ENCODING nul.csv:4:high']);
  });

  it('of UTF-16 are told once, of either byte order, with or without a mark', async () => {
    const mark = (bytes: Buffer, ...start: number[]) => Buffer.concat([Buffer.from(start), bytes]);
    const little = Buffer.from(TEXT, 'utf16le');
    for (const content of [mark(little, 0xff, 0xfe), mark(SWAPPED, 0xfe, 0xff), little, SWAPPED]) {
      expect(await told('utf16.csv', content)).toEqual(['DATA_ENCODING utf16.csv:1']);
      expect(await told('utf16.csv.gz', gzipSync(content))).toEqual(['DATA_ENCODING utf16.csv.gz:1']);
    }
  });
});

describe('a pipe', () => {
  it('is read where a person asks for it, and never waited for by a worker', async () => {
    const where = path.join(folder, 'pipe.csv');
    spawnSync('mkfifo', [where]);
    await expect(readBarFile(where, options)).rejects.toThrow('DATA_FILE_NOT_FOUND');
    const writing = writeFileAsync(where, TEXT);
    const { series, problems } = await readBarFile(where, { ...options, pipes: true });
    await writing;
    expect([problems, series.openTimeMs.length]).toEqual([[], 3]);
  });

  it('that never ends is cut at the cap', async () => {
    const { problems } = await readBarFile('/dev/zero', { ...options, pipes: true });
    expect(problems.map((one) => one.code)).toEqual(['DATA_TOO_LARGE']);
  });
});

describe('a file that would fill the memory', () => {
  it('is refused by its size, its rows and the length of a line', async () => {
    expect(await codes(file('size.csv', TEXT), { fileBytesMax: 100 })).toEqual(['DATA_TOO_LARGE']);
    expect(await codes(file('rows.csv', TEXT), { rowsMax: 2 })).toEqual(['DATA_TOO_LARGE']);
    expect(await codes(file('rows.csv', TEXT), { rowsMax: 3 })).toEqual([]);
    const exact = TEXT.replace('14,', '14.00000000000000000001,').replace('13,10', '13.00000000000000000001,10');
    expect(await codes(file('exact.csv', exact), { exactTextsMax: 1 })).toEqual(['DATA_TOO_LARGE']);
    expect(await codes(file('exact.csv', exact), { exactTextsMax: 2 })).toEqual([]);
    expect(await codes(file('unpacked.csv.gz', gzipSync(TEXT)), { unpackedBytesMax: 100 })).toEqual(['DATA_TOO_LARGE']);
    expect(await codes(file('line.csv', `${TEXT}${'9'.repeat(100_000)}`))).toEqual(['DATA_TOO_LARGE']);
  });

  it('is refused when it unpacks to a thousand times its size, before memory grows', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1_048_576, '\n'));
    const where = file('bomb.csv.gz', bomb);
    const before = process.memoryUsage.rss();
    expect(await codes(where)).toEqual(['DATA_TOO_LARGE']);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1_048_576);
    const oneLine = file('one-line.csv.gz', gzipSync(Buffer.alloc(100 * 1_048_576, '1')));
    expect(await codes(oneLine)).toEqual(['DATA_TOO_LARGE']);
  });
});
