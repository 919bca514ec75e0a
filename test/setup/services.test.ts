import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { connectTemporal, deskAttributes, prepareNamespace } from '../../scripts/lib/temporal-namespace.ts';
import { createTestDatabase } from './database.ts';

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

it('gives each test file a migrated database of its own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await ask(first.url, 'create table only_here (id int)');
  expect(await ask(first.url, "select to_regclass('accounts')::text as name")).toEqual([{ name: 'accounts' }]);
  expect(await ask(second.url, "select to_regclass('only_here')::text as name")).toEqual([{ name: null }]);
  await Promise.all([first.close(), second.close()]);
});

it('lets the role of the workers read and write rows, but make no tables', async () => {
  const { appUrl, readUrl, close } = await createTestDatabase();
  expect(await ask(appUrl, 'select current_user::text as name')).toEqual([{ name: 'quarterdeck_app' }]);
  await expect(ask(appUrl, 'create table more (id int)')).rejects.toThrow(/permission denied/);
  await expect(ask(readUrl, 'delete from accounts')).rejects.toThrow(/permission denied/);
  await close();
});

it('has a Temporal server whose namespace knows every search attribute, and registering again adds none', async () => {
  const connection = await connectTemporal(inject('temporalAddress'), 5_000);
  expect(await prepareNamespace(connection, 'default', false)).toEqual([]);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  for (const { name, wire } of deskAttributes()) expect(customAttributes).toHaveProperty(name, wire);
  await connection.close();
});

it('registers the search attributes in a namespace that has none yet', async () => {
  const connection = await connectTemporal(inject('temporalAddress'), 5_000);
  const added = await prepareNamespace(connection, 'a-new-namespace', true);
  expect(added).toHaveLength(10);
  expect(await prepareNamespace(connection, 'a-new-namespace', true)).toEqual([]);
  await connection.close();
});

it('refuses a missing namespace of a foreign server with the command that makes it', async () => {
  const connection = await connectTemporal(inject('temporalAddress'), 5_000);
  await expect(prepareNamespace(connection, 'absent', false)).rejects.toThrow(
    /operator namespace create --namespace absent/,
  );
  await connection.close();
});
