/**
 * A database of its own for each test file: a copy of the migrated template, made in some 40 ms.
 * Real Postgres, no mocks; `close` drops it again.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export type TestDatabase = {
  /** As the superuser. */
  readonly url: string;
  /** As the role that the workers use: no DDL, no rewriting of history. */
  readonly appUrl: string;
  readonly readUrl: string;
  readonly close: () => Promise<void>;
};

/** Clones the migrated template. Close your pools first, then call `close`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(`create database ${name} template ${inject('postgresTemplate')} strategy file_copy`);
  return {
    url: urlOf(inject('postgresUrl'), name),
    appUrl: urlOf(inject('postgresAppUrl'), name),
    readUrl: urlOf(inject('postgresReadUrl'), name),
    close: () => execute(`drop database if exists ${name} with (force)`),
  };
}

function urlOf(base: string, database: string): string {
  const url = new URL(base);
  url.pathname = `/${database}`;
  return url.href;
}

async function execute(text: string): Promise<void> {
  const url = inject('postgresUrl');
  if (url === '') throw new Error('this run has no Postgres: tests under test/domain and test/schemas do without');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
