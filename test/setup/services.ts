/**
 * One Postgres cluster with a migrated template, one Temporal server and one workflow bundle for a whole test run, all
 * in a temporary folder. Nothing has to be installed or running beforehand.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProvidedContext } from 'vitest';
import { type Environment, parseEnvironment } from '../../config/environment.ts';
import { migrate } from '../../db/migrate.ts';
import { readJson } from '../../scripts/lib/files.ts';
import { rolePasswords, startPostgres, stopPostgres } from '../../scripts/lib/postgres.ts';
import { localUrl, query } from '../../scripts/lib/postgres-probe.ts';
import { isRunning, processRefSchema, referTo } from '../../scripts/lib/processes.ts';
import { startTemporal, stopTemporal } from '../../scripts/lib/temporal.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';

type Services = { readonly provided: ProvidedContext; readonly stop: () => Promise<void> };

const TEMPLATE = 'quarterdeck_template';
const PREFIX = 'quarterdeck-test-';
const OWNER = 'owner.json';

export async function startServices(): Promise<Services> {
  await removeLeftOvers();
  const home = mkdtempSync(path.join(tmpdir(), PREFIX));
  writeFileSync(path.join(home, OWNER), JSON.stringify(referTo(process.pid)));
  const parts = [preparePostgres(home), prepareTemporal(home), prepareBundle(home)] as const;
  await Promise.allSettled(parts);
  try {
    const [postgres, temporal, bundle] = await Promise.all(parts);
    return { provided: { ...postgres, ...temporal, ...bundle }, stop: () => takeDown(home) };
  } catch (error) {
    await takeDown(home);
    throw error;
  }
}

async function preparePostgres(home: string) {
  const { adminUrl, port } = await startPostgres(home, { durable: false });
  const { appPassword, readPassword } = rolePasswords(home);
  await query(adminUrl, `create database ${TEMPLATE}`);
  const template = new URL(adminUrl);
  template.pathname = `/${TEMPLATE}`;
  await migrate(template.href, { appPassword, readPassword });
  return {
    postgresUrl: adminUrl,
    postgresAppUrl: localUrl(port, 'quarterdeck_app', appPassword),
    postgresReadUrl: localUrl(port, 'quarterdeck_read', readPassword),
    postgresTemplate: TEMPLATE,
  };
}

/** Of the developer's environment only the choice of the program counts: tests never touch a server of theirs. */
async function prepareTemporal(home: string) {
  const environment: Environment = { ...parseEnvironment(), temporalAddress: null, temporalNamespace: 'default' };
  const { address, cli } = await startTemporal(home, environment, { synchronous: 'OFF' });
  return { temporalAddress: address, temporalCli: cli ?? '' };
}

async function prepareBundle(home: string) {
  return { workflowBundlePath: await workflowBundle(path.join(home, 'cache')) };
}

async function takeDown(home: string): Promise<void> {
  await Promise.allSettled([stopPostgres(home), stopTemporal(home)]);
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** A run that was killed could not tidy up: its folder names its process, which is gone. */
async function removeLeftOvers(): Promise<void> {
  const homes = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const home of homes.map((name) => path.join(tmpdir(), name))) {
    const owner = readJson(path.join(home, OWNER), processRefSchema);
    if (owner !== null && !isRunning(owner)) await takeDown(home).catch(() => undefined);
  }
}
