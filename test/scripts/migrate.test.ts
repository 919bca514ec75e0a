/** `npm run migrate` against real databases: an empty one, one that is done, none at all. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inheritedEnvironment } from '../../config/environment.ts';
import { migrations } from '../../db/migrations/index.ts';
import { query } from '../../scripts/lib/postgres-probe.ts';

const name = `migrate_${randomUUID().replaceAll('-', '')}`;
const inDatabase = (url: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};

beforeAll(() => query(inject('postgresUrl'), `create database ${name}`));
afterAll(() => query(inject('postgresUrl'), `drop database ${name} with (force)`));

type Ran = { readonly code: number; readonly document: Record<string, unknown> };

/** The roles belong to the whole cluster, so they keep the passwords they have. */
function migrate(changes: Record<string, string | undefined> = {}): Promise<Ran> {
  const env = inheritedEnvironment({
    DATABASE_URL: inDatabase(inject('postgresUrl')),
    QUARTERDECK_APP_PASSWORD: new URL(inject('postgresAppUrl')).password,
    QUARTERDECK_READ_PASSWORD: new URL(inject('postgresReadUrl')).password,
    ...changes,
  });
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/run.mjs', 'migrate', '--json'], { env }, (error, stdout) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, document: JSON.parse(stdout) });
    });
  });
}

describe('npm run migrate', () => {
  it('makes every table of an empty database and the paper account, and has nothing to do the second time', async () => {
    expect(await migrate()).toEqual({ code: 0, document: { ok: true, migrations: Object.keys(migrations) } });
    expect(await migrate()).toEqual({ code: 0, document: { ok: true, migrations: [] } });
    const accounts = await query(inDatabase(inject('postgresReadUrl')), 'select account_id, cash from accounts');
    expect(accounts).toEqual([{ account_id: 'paper-1', cash: '100000' }]);
    const policies = await query(inDatabase(inject('postgresReadUrl')), 'select mode from policies');
    expect(policies).toEqual([{ mode: 'stability' }]);
  });

  it('lets the role of the workers log in and write, but make no tables', async () => {
    const app = inDatabase(inject('postgresAppUrl'));
    expect(await query(app, 'select count(*)::int as count from accounts')).toEqual([{ count: 1 }]);
    await expect(query(app, 'create table more (id int)')).rejects.toThrow(/permission denied/);
  });

  it('names everything that is missing at once, and shows no password that is wrong', async () => {
    const absent = { DATABASE_URL: undefined, QUARTERDECK_APP_PASSWORD: undefined };
    const missing = await migrate(absent);
    expect(missing).toMatchObject({ code: 2, document: { ok: false } });
    expect(JSON.stringify(missing.document)).toMatch(/CONFIG_REQUIRED.*DATABASE_URL.*QUARTERDECK_APP_PASSWORD/);
    const wrong = await migrate({ QUARTERDECK_READ_PASSWORD: 'a/b?secret' });
    expect(wrong.code).toBe(2);
    expect(JSON.stringify(wrong.document)).toContain('12 to 128 letters');
    expect(JSON.stringify(wrong.document)).not.toContain('secret');
  });

  it('says with exit code 3 that the database does not answer', async () => {
    const silent = await migrate({ DATABASE_URL: 'postgres://me:hidden@127.0.0.1:1/desk' });
    expect(silent).toMatchObject({
      code: 3,
      document: { problems: [{ code: 'POSTGRES_DOWN', path: 'DATABASE_URL' }] },
    });
    expect(JSON.stringify(silent.document)).not.toContain('hidden');
  });
});
