/**
 * The desk's programs as one file of JavaScript each, for tests that start one again and again: a process that compiles
 * hundreds of files anew at every start spends its time there. The code is the same; a file still says where it lies in
 * the project, so whatever is read beside it is found. `node scripts/run.mjs` has tests of its own.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { projectFolder } from '../../scripts/lib/paths.ts';

const PROGRAMS = {
  arm: 'scripts/arm.ts',
  kill: 'scripts/kill.ts',
  model: 'scripts/model.ts',
  reconcile: 'scripts/reconcile.ts',
  venue: 'scripts/venue.ts',
  verify: 'scripts/verify.ts',
  worker: 'workers/all.ts',
  'compute-machine': 'test/workflows/compute-machine.ts',
  'llm-machine': 'test/workflows/llm-machine.ts',
} as const;

export type Program = keyof typeof PROGRAMS;

/** Builds every program into `folder`, from where packages must be found. */
export async function buildPrograms(folder: string): Promise<void> {
  await build({
    entryPoints: { ...PROGRAMS },
    absWorkingDir: projectFolder,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [keepPlaces],
  });
}

/** Writes into each file where it lies, because the one it ends up in lies elsewhere. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)));
      return { contents, loader: 'ts' };
    });
  },
};
