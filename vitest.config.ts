/** How the tests run: one database and one Temporal server for the whole run (test/setup), three processes, which mostly wait. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 3,
    globalSetup: ['test/setup/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/setup/closing-line-reporter.ts'],
  },
});
