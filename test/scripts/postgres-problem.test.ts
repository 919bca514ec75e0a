/** What scripts say of a Postgres that does not answer: down where nothing listens, slow where something does. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { query } from '../../scripts/lib/postgres-probe.ts';
import { isTooSlow, postgresSlow, unusableDatabase } from '../../scripts/lib/postgres-problem.ts';

const home = mkdtempSync(path.join(tmpdir(), 'postgres-problem-'));
const sockets: Socket[] = [];
let silent: Server;
let silentUrl = '';

beforeAll(async () => {
  silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  silentUrl = `postgres://app:secret-of-ours@127.0.0.1:${typeof address === 'object' ? address?.port : ''}/desk`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
  rmSync(home, { recursive: true });
});

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error: unknown) => error);

describe('a database that was of no use', () => {
  it('is down where nothing listens, and where a home has no server', async () => {
    const nowhere = 'postgres://app:secret-of-ours@127.0.0.1:1/desk';
    for (const databaseUrl of [nowhere, null]) {
      const { problems, exitCode } = await unusableDatabase(home, { databaseUrl });
      expect([problems.map((one) => one.code), exitCode]).toEqual([['POSTGRES_DOWN'], 3]);
      expect(JSON.stringify(problems)).not.toContain('secret-of-ours');
    }
  });

  it('is slow where something takes the connection and says nothing', async () => {
    const { problems, exitCode } = await unusableDatabase(home, { databaseUrl: silentUrl });
    expect(problems).toMatchObject([{ code: 'POSTGRES_SLOW', expected: 'an answer in time' }]);
    expect(problems[0]?.hint).toContain('try again');
    expect(exitCode).toBe(3);
  });

  it('is slow where it cancelled a statement, or waited for a lock, too long', async () => {
    const url = inject('postgresUrl');
    const cancelled = await failureOf(query(url, 'set statement_timeout = 20; select pg_sleep(5)'));
    expect(postgresSlow('desk', cancelled).problems).toMatchObject([
      { code: 'POSTGRES_SLOW', path: 'desk', got: '"canceling statement due to statement timeout"' },
    ]);
    expect(isTooSlow(cancelled)).toBe(true);
    expect(isTooSlow(await failureOf(query(url, 'select * from no_such_table')))).toBe(false);
  });
});
