/**
 * The rig's worker as one file of JavaScript: a worker that is killed every few seconds has no time to compile hundreds of
 * files again. It lies in the project's `.data`, where `..` is the project as it is for workers/.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { ensureFolder, projectFolder } from '../../scripts/lib/paths.ts';

export type WorkerBundle = { readonly file: string; readonly remove: () => void };

export async function bundleWorker(): Promise<WorkerBundle> {
  const file = path.join(
    ensureFolder(path.join(projectFolder, '.data')),
    `exam-worker-${process.pid}-${Date.now()}.mjs`,
  );
  await build({
    entryPoints: [path.join(projectFolder, 'exam', 'rig', 'worker.ts')],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}
