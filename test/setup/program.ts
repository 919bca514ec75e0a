/** Where a test finds the programs that this run has built (test/setup/programs.ts), and a home that needs no building. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import type { Program } from './programs.ts';

/** For `node FILE …arguments`. */
export const programFile = (program: Program): string => path.join(inject('programsFolder'), `${program}.mjs`);

/** Gives the home of a desk the workflows that this run has built, where its workers look for them. */
export function lendWorkflows(home: string): void {
  const bundle = inject('workflowBundlePath');
  const cache = path.join(home, 'cache');
  mkdirSync(cache, { recursive: true });
  copyFileSync(bundle, path.join(cache, path.basename(bundle)));
}
