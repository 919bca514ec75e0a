/** Prompts as files: those of the desk are whole, and every mistake of a folder is told at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPrompts } from '../../config/prompt-files.ts';
import { InvalidInput } from '../../schemas/problem.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-prompts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

it('the desk has a prompt for each of its uses', () => {
  const ids = loadPrompts(path.resolve(import.meta.dirname, '../../prompts')).map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining([
      ...['system', 'master-analyst', 'market-regime', 'risk-assessment', 'momentum-catalyst', 'contrarian'],
      ...['exit-optimizer', 'advisor', 'strategy-designer', 'knowledge-answer', 'opportunity', 'hypothesis'],
      ...['backtest-explanation', 'risk-checklist'],
    ]),
  );
});

it('reads two versions of one prompt, each from its file, and tells all mistakes of a folder at once', () => {
  write('a.md', '---\nid: a\nversion: 1\nmaxTokens: 100\n---\nLook.\n\n# Message\n\nOf {{symbol}}.\n');
  write('a-2.md', '---\nid: a\nversion: 2\nmaxTokens: 100\ntemperature: 0.1\n---\nLook twice.\n');
  expect(loadPrompts(folder)).toMatchObject([
    { id: 'a', version: 2, temperature: 0.1, instructions: 'Look twice.', message: '' },
    { id: 'a', version: 1, temperature: null, instructions: 'Look.', message: 'Of {{symbol}}.' },
  ]);
  write('b.md', 'no front matter');
  write('e.md', '---\nid: e\nversion: 1\nmaxTokens: 100\n---\nLook.\n# Message\nOne.\n# Message\nTwo.\n');
  write('c.md', '---\nid: c\nversion: 0\nmaxTokens: 100\nmaxToken: 5\n---\nLook.\n');
  write('d.md', '---\nid: a\nversion: 2\nmaxTokens: 100\n---\nAgain.\n');
  const problems = problemsOf(() => loadPrompts(folder));
  expect(problems.map(({ code, path: at }) => `${code} ${at}`).sort()).toEqual(
    [
      'INPUT_RANGE .c.md.version',
      'INPUT_UNKNOWN_FIELD .c.md.maxToken',
      'PROMPT_REPEATED prompts.a@2',
      'PROMPT_SYNTAX b.md',
      'PROMPT_SYNTAX e.md',
    ].map((line) => line.replace(' .', ' ')),
  );
});

it('reads the same prompt whatever the line ends are, and with a mark of the encoding', () => {
  const text = '---\nid: a\nversion: 1\nmaxTokens: 100\n---\nLook.\nTwice.\n\n# Message\n\nOf\n{{symbol}}.\n';
  const read = (written: string) => {
    const own = mkdtempSync(path.join(folder, 'one-'));
    writeFileSync(path.join(own, 'a.md'), written);
    return loadPrompts(own);
  };
  expect(read(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toEqual(read(text));
});

function problemsOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
}
