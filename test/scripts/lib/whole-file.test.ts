/** Files that scripts write: judged before the work, whole under their name, nothing left of a half. */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { InvalidInput } from '../../../schemas/problem.ts';
import { readBacktestFlags } from '../../../scripts/lib/backtest/flags.ts';
import { exportFlags } from '../../../scripts/lib/export/export-flags.ts';
import { outputProblems, pageProblems, writePageFile, writeWholeFile } from '../../../scripts/lib/whole-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'whole-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string): string => path.join(folder, name);

function mistakes(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ code, path: at }) => `${code} ${at}`);
    throw error;
  }
  return [];
}

const NOT_WRITABLE = [{ code: 'OUTPUT_NOT_WRITABLE' }];

it('tells of a place before the work: a folder that is missing or none, a folder in place of a file, no name', () => {
  writeFileSync(inFolder('plain'), '');
  const places = [inFolder('no/such.csv'), inFolder('plain/x.csv'), folder, ''];
  for (const place of places) expect(outputProblems('--out', place)).toMatchObject(NOT_WRITABLE);
  for (const place of [undefined, inFolder('plain'), inFolder('new.csv')]) {
    expect(outputProblems('--out', place)).toEqual([]);
  }
});

it('makes the folders of a page, and tells before where it could not', async () => {
  for (const place of [inFolder('plain/x/y.html'), folder, '']) expect(pageProblems(place)).toMatchObject(NOT_WRITABLE);
  const page = inFolder('some/deeper/page.html');
  expect(pageProblems(page)).toEqual([]);
  await writePageFile(page, 'told');
  expect(readFileSync(page, 'utf8')).toBe('told');
});

it('so a backtest and an export are refused with their other mistakes, and nothing is walked or read', () => {
  const backtest = ['--strategy', 'momentum', '--synthetic', '0', '--html', inFolder('plain/x.html')];
  expect(mistakes(() => readBacktestFlags(backtest))).toEqual([
    'OUTPUT_NOT_WRITABLE --html',
    'ARGUMENT_VALUE --synthetic',
  ]);
  expect(mistakes(() => exportFlags('trades', ['--format', 'xml', '--out', folder]))).toEqual([
    'OUTPUT_NOT_WRITABLE --out',
    'ARGUMENT_VALUE --format',
  ]);
});

it('keeps the page that was there when the new one breaks off', async () => {
  const page = inFolder('page.html');
  await writePageFile(page, 'first');
  const broken = writeWholeFile(page, async (partial) => {
    await writeFile(partial, 'half');
    throw new Error('gone');
  });
  await expect(broken).rejects.toThrow('gone');
  expect(readFileSync(page, 'utf8')).toBe('first');
  await writePageFile(page, 'second');
  expect(readFileSync(page, 'utf8')).toBe('second');
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

it('writes where a link leads, and leaves the link', async () => {
  writeFileSync(inFolder('kept.html'), 'before');
  symlinkSync('kept.html', inFolder('link.html'));
  await writePageFile(inFolder('link.html'), 'after');
  expect(readFileSync(inFolder('kept.html'), 'utf8')).toBe('after');
  expect(lstatSync(inFolder('link.html')).isSymbolicLink()).toBe(true);
});

it('leaves no half behind when the process ends in the middle, as after Ctrl-C', () => {
  const file = inFolder('ended.csv');
  const program = `
    import { writeFileSync } from 'node:fs';
    import { writeWholeFile } from ${JSON.stringify(pathToFileURL(path.resolve('scripts/lib/whole-file.ts')).href)};
    await writeWholeFile(${JSON.stringify(file)}, async (partial) => {
      writeFileSync(partial, 'half');
      process.exit(130);
    });`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({ status: 130, stderr: '' });
  expect(readdirSync(folder).filter((name) => name.startsWith('ended'))).toEqual([]);
});
