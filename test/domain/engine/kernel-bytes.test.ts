/** The compiled kernels in the tree are those that their sources give. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

type Kernel = { readonly source: string; readonly module: string };

it('the bytes of each kernel are what its source in assembly/ compiles to (npm run kernel)', async () => {
  const build = await import(pathToFileURL(path.resolve('assembly/build-kernel.mjs')).href);
  const kernels: readonly Kernel[] = build.KERNELS;
  expect(kernels.map(({ source }) => source)).toEqual(['search-kernel.ts', 'net-kernel.ts']);
  for (const kernel of kernels) {
    const made: string = build.kernelModule(kernel, await build.compileKernel(kernel));
    expect(readFileSync(path.resolve(kernel.module), 'utf8')).toBe(made);
  }
}, 60_000);
