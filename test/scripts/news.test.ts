/** The commands of `npm run news` on a real database: a file in, the news of an instant and the trend out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFileNews } from '../../adapters/news/file-news.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import type { Database } from '../../db/tables.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { type CommandTable, named, parseWithWord, runCommand } from '../../scripts/lib/command-table.ts';
import { listNews, newsTrend, storeNews } from '../../scripts/lib/news/news-commands.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

const NOW_MS = Date.parse('2026-03-11T00:00:00Z');
const DAY_MS = 86_400_000;
const folder = mkdtempSync(path.join(tmpdir(), 'news-script-'));
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl);
});
afterAll(async () => {
  await closeDatabase(db);
  await database.close();
  rmSync(folder, { recursive: true });
});

it('stores a file once and lists what was known', async () => {
  const file = path.join(folder, 'news.csv');
  const rows = [
    'headline,published_at,known_at,symbols',
    'Profit rises 10%,2026-03-10T10:00:00Z,2026-03-10T10:01:00Z,AAPL',
    'Shares plunge,2026-03-10T11:00:00Z,2026-03-10T15:00:00Z,AAPL',
    '<b></b>,2026-03-10T11:00:00Z,,AAPL',
  ];
  writeFileSync(file, rows.join('\n'));
  const source = () => createFileNews({ file, symbols: [], knownAsPublished: false });
  expect((await storeNews(db, source(), NOW_MS)).document).toMatchObject({ read: 3, inserted: 2, same: 0, empty: 1 });
  expect((await storeNews(db, source(), NOW_MS)).document).toMatchObject({ inserted: 0, same: 2 });
  const at = (asOfMs: number) => listNews(db, { symbol: 'AAPL', fromMs: asOfMs - DAY_MS, toMs: asOfMs, asOfMs });
  const noon = await at(Date.parse('2026-03-10T12:00:00Z'));
  expect(noon.document).toMatchObject({ ok: true, sentiment: { label: 'positive', itemCount: 1 } });
  expect(noon.lines.join('\n')).toContain('1 items not known at 2026-03-10T12:00:00Z');
  expect(noon.lines.join('\n')).not.toContain('plunge');
  expect((await at(Date.parse('2026-03-10T16:00:00Z'))).document).toMatchObject({ sentiment: { itemCount: 2 } });
});

it('counts the topics of the market', async () => {
  const { document } = await newsTrend(db, NOW_MS);
  expect(document.topics).toContainEqual({ topic: 'earnings', days1: 1, days7: 1, days30: 1 });
});

it('names the nearest command, and every mistake of a command line', async () => {
  const table: CommandTable = {
    import: async (words) => {
      const command = named('news', 'import', 'FILE').option('--symbols <list>');
      return { exitCode: 0, document: { ok: true, file: parseWithWord(command, words, 'FILE') }, lines: [] };
    },
  };
  await expect(runCommand('news', table, ['imprt'])).rejects.toThrow('did you mean import?');
  const failure = await runCommand('news', table, ['import', '--nothing']).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InvalidInput);
  expect((failure as InvalidInput).problems.map(({ code }) => code)).toEqual(['ARGUMENT_UNKNOWN', 'ARGUMENT_MISSING']);
});
