/**
 * Brings a database to the newest schema and sets up its roles. Several processes may call it at once: one
 * migrates under Kysely's lock, the others wait and find nothing to do.
 */
import { Kysely, type MigrationResultSet, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import { migrations } from './migrations/index.ts';
import { type RolePasswords, setUpRoles } from './roles.ts';

type MigrateOptions = RolePasswords & {
  /** Told in one sentence when roles could not be set up. @default a line on standard error */
  readonly warn?: (message: string) => void;
};

/**
 * Migrates the database behind `adminUrl`, whose user owns the tables. Without options the roles cannot log in
 * (or keep the passwords they have). A user who may not create roles gets tables without roles, and a warning.
 * @returns the names of the migrations that ran now, in order
 * @throws the first error of a migration; then none of them is kept
 */
export async function migrate(adminUrl: string, options?: MigrateOptions): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 1, application_name: 'quarterdeck migrate' });
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
    const names = namesOf(await migrator.migrateToLatest());
    const refusal = await setUpRoles(db, options);
    if (refusal !== null) (options?.warn ?? console.warn)(`database roles are not set up: ${refusal}`);
    return names;
  } finally {
    await db.destroy();
  }
}

function namesOf({ error, results }: MigrationResultSet): string[] {
  if (error !== undefined) throw error;
  return (results ?? []).filter((one) => one.status === 'Success').map((one) => one.migrationName);
}
