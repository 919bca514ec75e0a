/** How a test starts the desk's programs as processes, and a home that needs no building. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import { programRunner, projectFolder } from '../../scripts/lib/paths.ts';

/** For `node …words …arguments`: a TypeScript file by its path in the project. */
export const programWords = (file: string): string[] => [programRunner, path.join(projectFolder, file)];

/** Gives the home of a desk the workflows that this run has built, where its workers look for them. */
export function lendWorkflows(home: string): void {
  const bundle = inject('workflowBundlePath');
  const cache = path.join(home, 'cache');
  mkdirSync(cache, { recursive: true });
  copyFileSync(bundle, path.join(cache, path.basename(bundle)));
}
