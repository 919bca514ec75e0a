/**
 * How the tests run: one database and one Temporal server for the whole run (test/setup), three processes, which mostly
 * wait. Each file has a process of its own; those of pure functions share one and its modules, because loading them anew
 * took longer than their tests. `npm run test:long` runs the ones that take a minute each: those that kill processes
 * again and again, walk long markets, or have a hundred sessions at once.
 */
import { defineConfig } from 'vitest/config';

const PURE = ['test/{domain,schemas}/**/*.test.ts'];
const PARTS = ['test/{activities,adapters,config,db,properties,workers}/**/*.test.ts'];
const LONG = [
  'test/exam/{adversarial,crash-points,null-edge}.test.ts',
  'test/scripts/{kill,model,reconcile,verify}.test.ts',
  'test/scripts/lib/workers.test.ts',
  'test/workflows/{agent-training,asked-session,conversation-kills,encrypted-payloads}.test.ts',
  'test/workflows/{evolution-kills,hundred-sessions,live-session,pair-session}.test.ts',
  'test/workflows/{secrets-of-a-run,session-endurance}.test.ts',
];
const common = { pool: 'forks', maxWorkers: 3, testTimeout: 60_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    ...common,
    globalSetup: ['test/setup/global-setup.ts'],
    reporters: ['default', './test/setup/closing-line-reporter.ts'],
    projects: [
      { test: { ...common, name: 'desks', include: ['test/**/*.test.ts'], exclude: [...PURE, ...PARTS, ...LONG] } },
      { test: { ...common, name: 'long', include: LONG } },
      { test: { ...common, name: 'parts', include: PARTS } },
      { test: { ...common, name: 'pure', include: PURE, isolate: false } },
    ],
  },
});
