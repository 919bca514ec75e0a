/** A folder of Markdown documents: what cannot be read is a mistake beside the others. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readMarkdownFolder } from '../../../adapters/knowledge/markdown-folder.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'markdown-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('tells of a folder whose name ends in .md together with a document without front matter', async () => {
  mkdirSync(path.join(folder, 'notes.md'));
  writeFileSync(path.join(folder, 'plain.md'), 'no front matter');
  await expect(readMarkdownFolder(folder, 0)).rejects.toMatchObject({
    problems: [
      { code: 'KNOWLEDGE_FOLDER', path: 'notes.md' },
      { code: 'KNOWLEDGE_FRONT_MATTER', path: 'plain.md' },
    ],
  });
});
