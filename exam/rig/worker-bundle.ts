/**
 * The rig's worker as one file of JavaScript: a worker that is killed every few seconds has no time to compile hundreds of
 * files again, nor to read a source map (of 5.7 s of processor time until it polls, 3.4 s went there). It lies in the project's `.data`, where `..` is the project as it is for workers/.
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
    logLevel: 'error',
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}
