/**
 * `npm run policy` as a process against a real Postgres: what it shows, changes and refuses, and with which exit code.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { readSetWords } from '../../scripts/lib/policy/set-words.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
const home = mkdtempSync(path.join(tmpdir(), 'quarterdeck-policy-'));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const db = openDatabase(database.appUrl);
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
  await closeDatabase(db);
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await database.close();
});

function policy(...words: readonly string[]): Promise<{ code: number; json: Record<string, unknown> }> {
  const env = inheritedEnvironment({ QUARTERDECK_HOME: home, DATABASE_URL: database.appUrl });
  return new Promise((resolve) => {
    execFile(process.execPath, [RUN, 'policy', ...words, '--json'], { env }, (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code), json: JSON.parse(out) });
    });
  });
}

it('shows, sets several keys at once, refuses all that is wrong, and keeps the history', async () => {
  const set = await policy('set', 'cooldownMs', '60000', 'profiles.defensive.positionsMax', '2', '--reason', 'a drill');
  expect([set.code, set.json.version, set.json.mode]).toEqual([0, 2, 'stability']);
  const refused = await policy(
    'set',
    'cooldownMs',
    '-1',
    'mode',
    'turbo',
    'enableAiCeo',
    'NaN',
    '--reason',
    'a mistake',
  );
  expect(refused.code).toBe(2);
  const problems = refused.json.problems as { path: string; got: string; hint: string }[];
  expect(problems.map(({ path: at, got }) => [at, got])).toEqual([
    ['mode', '"turbo"'],
    ['enableAiCeo', '"NaN"'],
    ['cooldownMs', '-1'],
  ]);
  const shown = await policy('show');
  expect(shown.json).toMatchObject({
    ...{ ok: true, version: 2, faults: [], reason: 'a drill' },
    settings: { cooldownMs: 60_000, 'profiles.defensive.positionsMax': 2, enableAiCeo: true, mode: 'stability' },
  });
  const enabled = await policy('enable', 'momentum', '--reason', 'a drill');
  expect(enabled).toMatchObject({
    code: 2,
    json: { problems: [{ code: 'STRATEGY_NOT_DISABLED', got: '"momentum"' }] },
  });
  expect((await policy('history')).json.versions).toMatchObject([
    { version: 2, reason: 'a drill', before: { cooldownMs: 900_000 }, after: { cooldownMs: 60_000 } },
    { version: 1, setBy: 'config/governance.yaml' },
  ]);
});

it.each<[string, string[], string[]]>([
  ['nothing at all', [], ['KEY', '--reason']],
  ['a key without value', ['cooldownMs', '--reason', 'a drill'], ['cooldownMs']],
  ['no reason', ['cooldownMs', '1'], ['--reason']],
  ['an empty reason', ['cooldownMs', '1', '--reason', ' '], ['--reason']],
  ['a value that is missing before the reason', ['cooldownMs', '1', 'mode', '--reason', 'a drill'], ['mode']],
  ['a key twice', ['cooldownMs', '1', 'cooldownMs', '2', '--reason', 'a drill'], ['cooldownMs']],
])('set lists its mistakes: %s', (_name, words, paths) => {
  try {
    readSetWords(words);
    throw new Error('not refused');
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    expect(error.problems.map((one) => one.path)).toEqual(paths);
  }
});

it.each([
  [['--reason', 'a drill', 'cooldownMs', '-1', '--json']],
  [['--json', 'cooldownMs', '-1', '--reason=a drill']],
])('set takes its flags anywhere: %j', (words) => {
  expect(readSetWords(words)).toEqual({ changes: { cooldownMs: -1 }, reason: 'a drill' });
});
