/** Strategy files load alike wherever they lie, keep nothing from one load to the next, and tell of their mistakes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadStrategyFile } from '../../../../scripts/lib/backtest/load-strategy.ts';

/** Outside the project: no package.json says which form of module a file has. */
const folder = mkdtempSync(path.join(tmpdir(), 'strategy files '));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const where = path.join(folder, name);
  writeFileSync(where, text);
  return where;
}
const namesOf = async (where: string): Promise<string[]> =>
  Promise.all([0, 1, 2].map(async (time) => (await loadStrategyFile(where, time)).name));

const DECIDE = 'decide: () => ({ action: "hold" })';

it.each([
  ['typed.ts', `const name: string = 'it'; export default { name, ${DECIDE} };`],
  ['typed.mts', `const name: string = 'it'; export default { name, ${DECIDE} };`],
  ['typed.cts', `const name: string = 'it'; module.exports = { name, ${DECIDE} };`],
  ['module.js', `export default { name: 'it', ${DECIDE} };`],
  ['module.mjs', `export default { name: 'it', ${DECIDE} };`],
  ['older.js', `const path = require('node:path'); module.exports = { name: path.basename('it'), ${DECIDE} };`],
  ['older.cjs', `module.exports = { name: 'it', ${DECIDE} };`],
])('loads %s', async (name, text) => {
  expect((await loadStrategyFile(file(name, text))).name).toBe('it');
});

it('knows where it lies, and is new each time with the files it imports, so that nothing is kept', async () => {
  file('memory.ts', 'export const kept: number[] = [];');
  const place = `path.basename(fileURLToPath(import.meta.url))`;
  const imports = [
    `import path from 'node:path';`,
    `import { fileURLToPath } from 'node:url';`,
    `import { kept } from './memory.ts';`,
  ].join('\n');
  const text = `${imports} kept.push(1); export default { name: \`\${${place}} \${kept.length}\`, ${DECIDE} };`;
  expect(await namesOf(file('new.ts', text))).toEqual(['new.ts 1', 'new.ts 1', 'new.ts 1']);
  const older = `let n = 0; n += 1; module.exports = { name: String(n), ${DECIDE} };`;
  expect(await namesOf(file('new.cjs', older))).toEqual(['1', '1', '1']);
});

it('tells every mistake of the text with its place, and what is thrown while it loads', async () => {
  const text = 'import a from "./none.ts";\nimport b from "no-such-package";\nexport default { ...a, ...b };\n';
  const wrong = file('wrong.ts', text);
  await expect(loadStrategyFile(wrong)).rejects.toMatchObject({
    problems: [
      { code: 'STRATEGY_FILE_INVALID', path: `${wrong}:1:15` },
      { code: 'STRATEGY_FILE_INVALID', path: `${wrong}:2:15` },
    ],
  });
  const throws = file('throws.ts', 'throw new Error("not today");');
  await expect(loadStrategyFile(throws)).rejects.toMatchObject({ problems: [{ path: throws, got: '"not today"' }] });
});
