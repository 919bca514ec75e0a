/** News of files: each form gives the same items, and all mistakes are told at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { createFileNews } from '../../../adapters/news/file-news.ts';
import type { RawNews } from '../../../adapters/news/news-source.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'news-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(name: string, content: string | Buffer, change = {}): Promise<RawNews[]> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const all: RawNews[] = [];
  for await (const page of createFileNews({ file, symbols: ['SPY'], knownAsPublished: false, ...change }).read()) {
    all.push(...page);
  }
  return all;
}

const RECORD = {
  headline: 'Shares surge, "sharply"',
  summary: 'two\nlines',
  source: 'forum',
  url: 'https://n.example/1',
  symbols: ['AAPL', 'MSFT'],
  published_at: '2026-03-10T12:00:00Z',
  known_at: '2026-03-10T12:05:00Z',
  social: true,
};
const WANTED = {
  ...{ headline: RECORD.headline, summary: RECORD.summary, source: 'forum', url: RECORD.url, social: true },
  symbols: ['AAPL', 'MSFT'],
  publishedAtMs: Date.parse('2026-03-10T12:00:00Z'),
  knownAtMs: Date.parse('2026-03-10T12:05:00Z'),
};
const CSV = `headline,summary,source,url,symbols,published_at,known_at,social
"Shares surge, ""sharply""","two
lines",forum,https://n.example/1,AAPL;MSFT,2026-03-10T12:00:00Z,2026-03-10T12:05:00Z,true
`;

it('reads CSV, JSON lines, JSON and gzip alike', async () => {
  const line = `${JSON.stringify(RECORD)}\n`;
  for (const [name, content] of [
    ['a.csv', CSV],
    ['b.jsonl', line],
    ['c.json', JSON.stringify([RECORD])],
    ['d.jsonl.gz', gzipSync(line)],
    ['e.csv', CSV.replaceAll('\n', '\r\n')],
  ] as const) {
    const items = await read(name, content);
    expect(items.map((one) => ({ ...one, summary: one.summary.replace('\r', '') }))).toEqual([WANTED]);
  }
});

it('takes what is left out from the file, and says when it was known', async () => {
  const line = '{"title":"A","date":"2026-03-10"}';
  expect(await read('least.jsonl', line)).toMatchObject([
    { headline: 'A', source: 'least.jsonl', url: null, symbols: ['SPY'], knownAtMs: null, social: false },
  ]);
  const [past] = await read('least.jsonl', line, { knownAsPublished: true });
  expect(past?.knownAtMs).toBe(Date.parse('2026-03-10'));
});

it('tells all mistakes with their places', async () => {
  const lines = ['{"headline":"A"}', '{"published_at":"2026-03-10"}', '{"headline":"B","published_at":"soon"}'];
  const early = '{"headline":"C","published_at":"2026-03-10","known_at":"2026-03-09"}';
  const failure = await read('bad.jsonl', [...lines, early].join('\n')).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    problems: [
      { path: 'bad.jsonl:1 published_at' },
      { path: 'bad.jsonl:2 headline' },
      { path: 'bad.jsonl:3 published_at' },
      { path: 'bad.jsonl:4 known_at' },
    ],
  });
});

it('goes on behind a line that is no JSON and a record with an open quote, and tells where it begins', async () => {
  const lines = await read('bad.jsonl', '{"headline":"A"}\n{"a":\n[1]').catch((error: unknown) => error);
  expect(lines).toMatchObject({
    problems: [
      { code: 'JSON_INVALID', path: 'bad.jsonl:2' },
      { code: 'NEWS_FIELD', path: 'bad.jsonl:3' },
      { path: 'bad.jsonl:1 published_at' },
    ],
  });
  const rows = 'headline,published_at\n"two\nlines",never\n"open,2026-03-10\nB,2026-03-10';
  const csv = await read('bad.csv', rows).catch((error: unknown) => error);
  expect(csv).toMatchObject({
    problems: [
      { code: 'DATA_ROW_INVALID', path: 'bad.csv:4' },
      { code: 'DATA_TIME_INVALID', path: 'bad.csv:2 published_at' },
    ],
  });
});

it('counts the quotes of a long file once: one that never ends holds nobody up', async () => {
  const rows = ['headline,published_at', '"open,2026-03-10', ...new Array(100_000).fill('A,2026-03-10')].join('\n');
  const startedAtMs = performance.now();
  await expect(read('open.csv', rows)).rejects.toThrow('closed quotes');
  expect(performance.now() - startedAtMs).toBeLessThan(30_000);
});

it('refuses what is no file of news', async () => {
  await expect(read('x.json', '[1]')).rejects.toThrow('NEWS_FIELD');
  await expect(read('x.jsonl', '{"a":')).rejects.toThrow('JSON_INVALID');
  const missing = createFileNews({ file: path.join(folder, 'none'), symbols: [], knownAsPublished: false }).read();
  await expect(missing.next()).rejects.toThrow('DATA_FILE_NOT_FOUND');
});
