/**
 * How the tests run: one database and one Temporal server for the whole run (test/setup), three processes, which mostly
 * wait. Tests that keep nothing of their own in the process share it, which saves loading the same code for every file;
 * those with workers, whole desks and scripts have a process for each file. `npm run test:long` runs the ones that kill
 * processes again and again, or have a hundred sessions at once; `npm test` all others.
 */
import { defineConfig } from 'vitest/config';

const SHARING = ['test/{activities,adapters,config,db,domain,properties,schemas}/**/*.test.ts'];
const LONG = [
  'test/scripts/{kill,reconcile}.test.ts',
  'test/workflows/{conversation-kills,evolution-kills,hundred-sessions,session-endurance,secrets-of-a-run}.test.ts',
];
const common = { pool: 'forks', maxWorkers: 3, testTimeout: 60_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    ...common,
    globalSetup: ['test/setup/global-setup.ts'],
    reporters: ['default', './test/setup/closing-line-reporter.ts'],
    projects: [
      { test: { ...common, name: 'desks', include: ['test/**/*.test.ts'], exclude: [...SHARING, ...LONG] } },
      { test: { ...common, name: 'long', include: LONG } },
      { test: { ...common, name: 'parts', include: SHARING, isolate: false } },
    ],
  },
});
