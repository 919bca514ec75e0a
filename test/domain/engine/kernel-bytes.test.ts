/** The compiled kernel in the tree is the one that its source gives. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

it('the kernel’s bytes are what assembly/search-kernel.ts compiles to (npm run kernel)', async () => {
  const build = await import(pathToFileURL(path.resolve('assembly/build-kernel.mjs')).href);
  const made: string = build.kernelModule(await build.compileKernel());
  expect(readFileSync(path.resolve('domain/engine/search/kernel-bytes.ts'), 'utf8')).toBe(made);
}, 60_000);
