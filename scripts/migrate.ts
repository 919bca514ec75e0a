/**
 * `npm run migrate`: brings a database of the user's own to the newest schema, sets up its roles and seeds the desk.
 * For deployments such as docker-compose.yml; `npm start` does the same by itself. Safe to repeat.
 */
import { Command } from '@commander-js/extra-typings';
import { maskPassword, parseEnvironment, parseMigration } from '../config/environment.ts';
import { loadGovernance } from '../config/policy-files.ts';
import { closeDatabase, openDatabase } from '../db/connection.ts';
import { migrate } from '../db/migrate.ts';
import { seedDesk } from '../db/seed-desk.ts';
import { deskDown, messageOf } from './lib/desk-problem.ts';
import { parseFlags } from './lib/flags.ts';
import { deskConfig } from './lib/paths.ts';
import { query } from './lib/postgres-probe.ts';
import { isTooSlow, postgresSlow } from './lib/postgres-problem.ts';
import { say } from './lib/progress.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';
import { seedKnowledge } from './lib/seed-knowledge.ts';

const HELP =
  'Migrates and seeds the database of DATABASE_URL; QUARTERDECK_APP_PASSWORD and _READ_PASSWORD set its roles.';

await runScript(async () => {
  parseFlags(new Command('migrate').description(HELP).option('--json', 'one JSON document on stdout'));
  const { databaseUrl, ...passwords } = parseMigration();
  await refuseSilence(databaseUrl);
  const migrations = await migrate(databaseUrl, { ...passwords, warn: say });
  await seed(databaseUrl);
  await seedKnowledge(databaseUrl);
  if (wantsJson()) printJson({ ok: true, migrations });
  else say(migrations.length === 0 ? 'migrations: nothing to do' : `migrations run: ${migrations.join(', ')}`);
  return 0;
});

/** @throws InvalidInput (exit code 3) when the database does not answer */
async function refuseSilence(databaseUrl: string): Promise<void> {
  try {
    await query(databaseUrl, 'select 1');
  } catch (error) {
    if (isTooSlow(error)) throw postgresSlow('DATABASE_URL', error);
    const expected = `a database that answers (${messageOf(error)})`;
    throw deskDown('POSTGRES_DOWN', 'DATABASE_URL', maskPassword(databaseUrl), expected, 'start that server');
  }
}

async function seed(databaseUrl: string): Promise<void> {
  const { settings, startMode } = loadGovernance(deskConfig(parseEnvironment()));
  const db = openDatabase(databaseUrl, { poolSize: 1, applicationName: 'quarterdeck migrate' });
  try {
    await seedDesk(db, { mode: startMode, settings, nowMs: Date.now() });
  } finally {
    await closeDatabase(db);
  }
}
