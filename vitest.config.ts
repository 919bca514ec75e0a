/**
 * How the tests run: one database and one Temporal server for the whole run (test/setup), four processes, which mostly
 * wait. Tests that keep nothing of their own in the process share it, which saves loading the same code for every file;
 * those with workers, whole desks and scripts have a process for each file.
 */
import { defineConfig } from 'vitest/config';

const SHARING = ['test/{activities,adapters,config,db,domain,properties,schemas}/**/*.test.ts'];
const common = { pool: 'forks', maxWorkers: 3, testTimeout: 60_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    ...common,
    globalSetup: ['test/setup/global-setup.ts'],
    reporters: ['default', './test/setup/closing-line-reporter.ts'],
    projects: [
      { test: { ...common, name: 'desks', include: ['test/**/*.test.ts'], exclude: SHARING } },
      { test: { ...common, name: 'parts', include: SHARING, isolate: false } },
    ],
  },
});
