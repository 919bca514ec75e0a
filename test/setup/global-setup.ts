/**
 * Runs once before all tests. Brings up what they need (test/setup/services.ts) and takes it down afterwards.
 * A run of pure tests only (domain, schemas, config) starts nothing and loads nothing heavy.
 */
import path from 'node:path';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** As the superuser, database `quarterdeck`. Empty in a run of pure tests, like all others here. */
    postgresUrl: string;
    postgresAppUrl: string;
    postgresReadUrl: string;
    /** Name of the migrated database that test databases are copied from. */
    postgresTemplate: string;
    temporalAddress: string;
    temporalCli: string;
    workflowBundlePath: string;
  }
}

const PURE_FOLDERS = ['test/domain', 'test/properties', 'test/schemas', 'test/config', 'test/setup/import-rules'];
const NOTHING: ProvidedContext = {
  postgresUrl: '',
  postgresAppUrl: '',
  postgresReadUrl: '',
  postgresTemplate: '',
  temporalAddress: '',
  temporalCli: '',
  workflowBundlePath: '',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (isPureRun(project)) {
    provideAll(project, NOTHING);
    return async () => undefined;
  }
  const { startServices } = await import('./services.ts');
  const { provided, stop } = await startServices();
  provideAll(project, provided);
  return stop;
}

function provideAll(project: TestProject, values: ProvidedContext): void {
  project.provide('postgresUrl', values.postgresUrl);
  project.provide('postgresAppUrl', values.postgresAppUrl);
  project.provide('postgresReadUrl', values.postgresReadUrl);
  project.provide('postgresTemplate', values.postgresTemplate);
  project.provide('temporalAddress', values.temporalAddress);
  project.provide('temporalCli', values.temporalCli);
  project.provide('workflowBundlePath', values.workflowBundlePath);
}

/** True when every file that was asked for lies in a folder whose tests need neither database nor server. */
function isPureRun(project: TestProject): boolean {
  const asked: unknown = Reflect.get(project.vitest, 'filenamePattern');
  if (!Array.isArray(asked) || asked.length === 0) return false;
  return asked.every((pattern) => PURE_FOLDERS.some((folder) => relative(String(pattern)).startsWith(folder)));
}

const relative = (pattern: string): string => path.relative(process.cwd(), path.resolve(pattern)).replaceAll('\\', '/');
