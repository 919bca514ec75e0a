/**
 * Programs as one kept file: built anew when a source has changed, however
 * it was changed, and by as many as ask at once.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/lib/paths.ts';

const run = promisify(execFile);
const YESTERDAY_MS = Math.floor((Date.now() - 86_400_000) / 1_000) * 1_000;
const ENTRY = `
import { word } from './lib/word.ts';
console.log(JSON.stringify({ word, place: import.meta.url, words: process.argv.slice(1) }));
`;

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'quarterdeck-program-')));
  for (const file of [
    'adapters/program/run-program.mjs',
    'scripts/program.mjs',
    'package-lock.json',
    'tsconfig.json',
  ]) {
    cpSync(path.join(projectFolder, file), path.join(folder, file));
  }
  symlinkSync(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  mkdirSync(path.join(folder, 'tools', 'lib'), { recursive: true });
  write('tools/entry.ts', ENTRY);
  say('one');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As it was written a day ago: a change shows in neither the length nor the time of the content. */
function write(file: string, text: string): void {
  const yesterday = new Date(YESTERDAY_MS);
  writeFileSync(path.join(folder, file), text);
  utimesSync(path.join(folder, file), yesterday, yesterday);
}
const say = (word: string): void => write('tools/lib/word.ts', `export const word: string = '${word}';`);
const builds = (): string[] => readdirSync(path.join(folder, '.data/programs')).filter((name) => name.endsWith('.mjs'));

async function told(): Promise<{ word: string; place: string; words: string[] }> {
  const words = [path.join(folder, 'scripts/program.mjs'), path.join(folder, 'tools/entry.ts'), 'a', '--b'];
  return JSON.parse((await run(process.execPath, words)).stdout) as Awaited<ReturnType<typeof told>>;
}

it('runs with its words, says where its source lies, and is built once by as many as ask at once', async () => {
  const entry = path.join(folder, 'tools/entry.ts');
  const all = await Promise.all([told(), told(), told()]);
  const expected = { word: 'one', place: pathToFileURL(entry).href, words: [entry, 'a', '--b'] };
  expect(all).toEqual([expected, expected, expected]);
  const before = builds();
  expect(await told()).toEqual(expected);
  expect(builds()).toEqual(before);
});

it('is built anew after a change that keeps the length and the time of a source', async () => {
  say('two');
  expect((await told()).word).toBe('two');
});

it('tells what is wrong with a source', async () => {
  write('tools/lib/word.ts', 'export const word = ;');
  await expect(told()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('word.ts:1:20') as string });
});

it('keeps what is constant constant, lets change what changes, and loads a part when it is asked for', async () => {
  write(
    'tools/lib/word.ts',
    "export let word: string = 'one';\nexport const change = (): void => void (word = 'two');\n",
  );
  write('tools/lib/late.ts', "import { word } from './word.ts';\nexport const late: string = 'late '.concat(word);\n");
  write(
    'tools/entry.ts',
    `import { change, word } from './lib/word.ts';
const before = word;
change();
const { late } = await import('./lib/late.ts');
console.log(JSON.stringify({ words: [before, word, late] }));
`,
  );
  expect((await told()).words).toEqual(['one', 'two', 'late two']);
  const texts = builds().map((name) => readFileSync(path.join(folder, '.data/programs', name), 'utf8'));
  expect(texts.some((text) => text.includes('\nconst before = '))).toBe(true);
  expect(texts.some((text) => text.includes('\nvar word = '))).toBe(true);
});
