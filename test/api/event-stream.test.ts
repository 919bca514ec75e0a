/**
 * The stream of events: what was committed comes in order, each once, however often a reader comes back; readers who do
 * not read are let go and cost no memory; readiness tells of what is missing; a server that stops ends its streams.
 */
import { connect } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { appendEvents, readEvents } from '../../db/events.ts';
import type { Database } from '../../db/tables.ts';
import { send, toldOf } from '../../exam/experiments/adversarial/http-cases.ts';
import { type HttpSite, openHttpSite, type SiteParts } from '../../exam/experiments/adversarial/http-site.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
let db: Database;
let connection: Connection;
let parts: SiteParts;
let site: HttpSite;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.appUrl, { poolSize: 12 });
  connection = await Connection.connect({ address: inject('temporalAddress') });
  parts = { db, client: new Client({ connection }), databaseUrl: database.appUrl, taskQueue: 'nobody-serves-this' };
  site = await openHttpSite(parts);
});
afterAll(async () => {
  await site.close();
  await Promise.all([closeDatabase(db), connection.close()]);
  await database.close();
});

const write = (count: number, size = 10) =>
  db.transaction().execute((trx) =>
    appendEvents(
      trx,
      Array.from({ length: count }, (_, n) => ({
        ...{ type: 'signal_unknown', payload: { n, text: 'x'.repeat(size) }, correlationId: null, atMs: Date.now() },
      })),
    ),
  );

const lastOf = async (): Promise<number> => (await readEvents(db, 0, 1_000_000)).at(-1)?.sequence ?? 0;

/** Reads for so long, or until `until` was seen, and goes away. @returns the sequences that came, and the last one */
async function readFor(from: number | null, ms: number, until = Number.POSITIVE_INFINITY): Promise<number[]> {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), ms);
  const seen: number[] = [];
  try {
    const headers = {
      authorization: `Bearer ${site.tokens.desk}`,
      ...(from === null ? {} : { 'last-event-id': `${from}` }),
    };
    const response = await fetch(`${site.url}/api/events?after=0`, { headers, signal: gone.signal });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const whole = text.lastIndexOf('\n\n');
      for (const frame of text.slice(0, Math.max(0, whole)).split('\n\n')) {
        const id = /^id: (\d+)$/m.exec(frame)?.[1];
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (id === undefined || data === undefined) continue;
        expect(JSON.parse(data).sequence).toBe(Number(id));
        seen.push(Number(id));
      }
      text = text.slice(whole < 0 ? 0 : whole + 2);
      if ((seen.at(-1) ?? 0) >= until) gone.abort();
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return seen;
}

describe('readers', () => {
  it('who come back every 200 ms end with exactly the events of the table, while several writers commit', async () => {
    let isWriting = true;
    const writers = Array.from({ length: 4 }, async (_, n) => {
      while (isWriting) {
        await write(1 + n, 200);
        await new Promise((resolve) => setTimeout(resolve, 5 + 7 * n));
      }
    });
    const seen: number[] = [];
    for (let round = 0; round < 8; round += 1) seen.push(...(await readFor(seen.at(-1) ?? null, 200)));
    isWriting = false;
    await Promise.all(writers);
    const last = await lastOf();
    if ((seen.at(-1) ?? 0) < last) seen.push(...(await readFor(seen.at(-1) ?? 0, 15_000, last)));
    expect(last).toBeGreaterThan(20);
    expect(seen).toEqual(Array.from({ length: last }, (_, n) => n + 1));
  });

  it('are told at once, and read the same in pages', async () => {
    const before = await lastOf();
    const reading = readFor(before, 10_000, before + 3);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const writtenAt = performance.now();
    await write(3);
    expect(await reading).toEqual([before + 1, before + 2, before + 3]);
    expect(performance.now() - writtenAt).toBeLessThan(1_900);
    const headers = { accept: 'application/json' };
    const page = await send(site, { path: `/api/events?after=${before}&limit=2`, headers });
    expect(JSON.parse(page.body).data.map(({ sequence }: { sequence: number }) => sequence)).toEqual([
      before + 1,
      before + 2,
    ]);
  });

  it('who come with a number of another book are told what comes next', async () => {
    const before = await lastOf();
    const reading = readFor(before + 1_000_000, 10_000, before + 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await write(2);
    expect(await reading).toEqual([before + 1, before + 2]);
  });
});

/** Opens a stream and never reads a byte of it. */
function deafReader(port: number, token: string): Promise<{ end: () => void }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.pause();
    socket.on('error', () => undefined);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write(
        `GET /api/events?after=0 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n\r\n`,
      );
      resolve({ end: () => socket.destroy() });
    });
  });
}

describe('readers who never read', () => {
  it('are no more of 500 than there may be, are let go one after another, and memory stays flat', async () => {
    const limits = { readersMax: 50, unreadMsMax: 500, requestsPerSecond: 10_000 };
    const own = await openHttpSite(parts, limits);
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const readers = await Promise.all(Array.from({ length: 500 }, () => deafReader(own.port, own.tokens.desk)));
    const one = { path: '/api/events' };
    const told = await send(own, one);
    expect(toldOf(told)).toBe('503 STREAM_LIMIT');
    for (let n = 0; n < 9; n += 1) await write(100, 6_000);
    const grownMb = (process.memoryUsage().rss - before) / 1_048_576;
    expect(grownMb).toBeLessThan(150);
    // Those who left 5 MB unread are let go, and there is room again.
    const gone = new AbortController();
    const isServed = async () => {
      const response = await fetch(`${own.url}/api/events`, {
        headers: { authorization: `Bearer ${own.tokens.desk}` },
        signal: gone.signal,
      });
      return response.status;
    };
    await expect.poll(isServed, { timeout: 20_000, interval: 500 }).toBe(200);
    gone.abort();
    for (const reader of readers) reader.end();
    await own.close();
  });

  it('keep no place when they leave before they are served', async () => {
    const own = await openHttpSite(parts, { readersMax: 1 });
    await db.transaction().execute(async (trx) => {
      await sql`lock table counters in access exclusive mode`.execute(trx);
      const reader = await deafReader(own.port, own.tokens.desk);
      await new Promise((resolve) => setTimeout(resolve, 200));
      reader.end();
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    const headers = { authorization: `Bearer ${own.tokens.desk}` };
    await new Promise((resolve) => setTimeout(resolve, 200));
    const response = await fetch(`${own.url}/api/events`, { headers });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    await own.close();
  });

  it('end with the server', async () => {
    const own = await openHttpSite(parts);
    const response = await fetch(`${own.url}/api/events`, { headers: { authorization: `Bearer ${own.tokens.desk}` } });
    const reading = response.text().then(
      () => 'ended',
      () => 'ended',
    );
    await own.close();
    expect(await reading).toBe('ended');
  });
});

describe('readiness', () => {
  const codesOf = async (own: HttpSite): Promise<string> => toldOf(await send(own, { path: '/readyz', token: null }));

  it('tells that no worker asks for work', async () => {
    expect(await codesOf(site)).toBe('503 WORKER_MISSING');
    expect(toldOf(await send(site, { path: '/healthz', token: null }))).toBe('200');
  });

  it('tells that Postgres and Temporal are away, and so do requests that need them', async () => {
    const nowhere = openDatabase('postgres://nobody:none@127.0.0.1:1/nothing', { poolSize: 1 });
    const lazy = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 500 });
    const own = await openHttpSite({ ...parts, db: nowhere, client: new Client({ connection: lazy }) });
    expect(await codesOf(own)).toBe('503 POSTGRES_DOWN TEMPORAL_DOWN');
    expect(toldOf(await send(own, { path: '/api/orders' }))).toBe('503 POSTGRES_DOWN');
    await own.close();
    await Promise.all([closeDatabase(nowhere), lazy.close()]);
  });
});
