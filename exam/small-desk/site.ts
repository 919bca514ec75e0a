/**
 * Where small desks are built: one Postgres server with a template that has tables, policy and bars, and a folder.
 * A database for a desk is a copy of the template, made in some 40 ms.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { loadGovernance } from '../../config/policy-files.ts';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { rolePasswords, startPostgres, stopPostgres } from '../../scripts/lib/postgres.ts';
import { localUrl } from '../../scripts/lib/postgres-probe.ts';
import { timed } from '../../scripts/lib/progress.ts';
import { EXAM_CONFIG } from '../exam.ts';
import { makeHome } from '../rig/home.ts';
import { EXAM_SYMBOLS, storeExamBars } from '../rig/market.ts';

/** `url` as the superuser, `appUrl` as the role of the workers. */
export type SiteDatabase = { readonly url: string; readonly appUrl: string; readonly drop: () => Promise<void> };
export type Site = {
  readonly folder: string;
  readonly newDatabase: () => Promise<SiteDatabase>;
  readonly close: () => Promise<void>;
};

const TEMPLATE = 'exam_template';

/** Without fsync: what Postgres itself survives is not asked here. */
export async function openSite(): Promise<Site> {
  const folder = await makeHome();
  const close = async (): Promise<void> => {
    await stopPostgres(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { adminUrl, port } = await timed(
      'postgres',
      () => startPostgres(folder, { durable: false }),
      (one) => `on 127.0.0.1:${one.port}`,
    );
    await execute(adminUrl, `create database ${TEMPLATE}`);
    const passwords = rolePasswords(folder);
    await migrate(at(adminUrl, TEMPLATE), passwords);
    await furnish(at(adminUrl, TEMPLATE));
    const appUrl = localUrl(port, 'quarterdeck_app', passwords.appPassword);
    return { folder, newDatabase: () => copyOf(adminUrl, appUrl), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What every desk begins with: its policy and the bars of the exam's market. */
export async function furnish(databaseUrl: string): Promise<void> {
  await storeExamBars(databaseUrl, EXAM_SYMBOLS);
  const { settings, startMode } = loadGovernance(EXAM_CONFIG);
  const db = openDatabase(databaseUrl, { poolSize: 1 });
  await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
  await closeDatabase(db);
}

async function copyOf(adminUrl: string, appUrl: string): Promise<SiteDatabase> {
  const name = `desk_${randomUUID().replaceAll('-', '')}`;
  await execute(adminUrl, `create database ${name} template ${TEMPLATE} strategy file_copy`);
  const drop = () => execute(adminUrl, `drop database if exists ${name} with (force)`);
  return { url: at(adminUrl, name), appUrl: at(appUrl, name), drop };
}

function at(base: string, database: string): string {
  const url = new URL(base);
  url.pathname = `/${database}`;
  return url.href;
}

/** As the superuser, on a connection of its own. */
export async function execute(databaseUrl: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
