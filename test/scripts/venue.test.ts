/**
 * `npm run venue` as a process: what it answered is in its journal after
 * kill -9, and started again it goes on from there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  clientOf,
  type Json,
  limit,
  market,
  newJournal,
  openVenue,
  readJournal,
} from './lib/venue/venue-under-test.ts';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [RUN, 'venue', ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
  });
  const line = async (): Promise<Json> => {
    while (!output.includes('\n')) await once(child.stdout, 'data');
    return JSON.parse(output);
  };
  const end = async (signal: NodeJS.Signals | null): Promise<number | null> => {
    const ended = child.exitCode === null ? once(child, 'exit').then(() => undefined) : Promise.resolve();
    if (signal !== null) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return { line, end };
}

async function startVenueProcess(journal: string, ...args: string[]) {
  const { line, end } = start('--journal', journal, '--tick-ms', '0', ...args);
  const { ok, url } = await line();
  expect(ok).toBe(true);
  const client = clientOf(String(url));
  const state = async (): Promise<Json> => {
    const { sequence, ...rest } = (await client.get('/control/state')).json;
    return rest;
  };
  return { ...client, state, end };
}

describe('the process', () => {
  it('has every line on file when the reply comes, also when it is killed at once', async () => {
    const journal = newJournal();
    const venue = await startVenueProcess(journal);
    for (let index = 0; index < 20; index += 1) {
      expect((await venue.post(market({ qty: '0.01', client_order_id: `id-${index}` }))).status).toBe(200);
      const kinds = readJournal(journal).filter((line) => line.clientOrderId === `id-${index}`);
      expect(kinds.map((line) => line.kind)).toEqual(['accept', 'fill']);
    }
    await venue.post(limit('10', { client_order_id: 'last' }));
    await venue.end('SIGKILL');
    expect(readJournal(journal).at(-1)).toMatchObject({ kind: 'accept', clientOrderId: 'last' });
    expect(readJournal(journal).map((line) => line.sequence)).toEqual(Array.from({ length: 43 }, (_, i) => i + 1));
  });

  it('knows everything again after kill -9 and a new start', async () => {
    const journal = newJournal();
    const faults = ['--partial', '0.5', '--seed', '5'];
    const first = await startVenueProcess(journal, ...faults);
    const set = (price: string) => first.call('POST', '/control/price', { symbol: 'BTC/USD', price });
    await set('100');
    const exits = { take_profit: { limit_price: '120' }, stop_loss: { stop_price: '90' } };
    for (let index = 0; index < 12; index += 1) {
      await first.post(limit(String(99 + index), { order_class: 'bracket', ...exits, qty: '1.25' }));
    }
    await set('99.5');
    await first.call('POST', '/control/position', { symbol: 'AAPL', quantity: '-3' });
    await first.post(limit('5000', { qty: '100' }));
    const before = await first.state();
    const account = (await first.get('/v2/account')).json;
    await first.end('SIGKILL');
    const second = await startVenueProcess(journal, ...faults);
    expect(await second.state()).toEqual(before);
    expect((await second.get('/v2/account')).json).toEqual(account);
    const reused = await second.post(limit('5', { client_order_id: 'fresh' }));
    expect(reused.status).toBe(200);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  it('lists every mistake of its command line, with exit code 2', async () => {
    const codes = ['--status', '200:0.1', '--status', '503:0.1', '--status', '503:0.2', '--status', '500:0.1:9'];
    const { line, end } = start('--profile', 'sometimes', '--cut-after', '5', ...codes, '--port', 'x');
    const { ok, problems } = await line();
    expect(ok).toBe(false);
    const paths = Array.isArray(problems) ? problems.map((one: Json) => one.path) : [];
    expect(paths.sort()).toEqual([
      ...['--cut-after', '--journal', '--port', '--profile'],
      ...['--status', '--status', '--status'],
    ]);
    expect(await end(null)).toBe(2);
  });
});

describe('the journal', () => {
  it('rolled back by some lines is a venue that lost its newest data, and ids are not given twice', async () => {
    const journal = newJournal();
    const first = await openVenue({ journal });
    first.price('BTC/USD', '100');
    await first.post(market({ client_order_id: 'kept' }));
    const lost = await first.post(market({ client_order_id: 'lost' }));
    await first.close();
    const second = await openVenue({ journal, journalRollback: 2 });
    expect((await second.get('/v2/orders:by_client_order_id?client_order_id=lost')).status).toBe(404);
    expect(await second.list('/v2/positions')).toMatchObject([{ qty: '1' }]);
    const next = await second.post(market({ client_order_id: 'next' }));
    expect(next.json.id).not.toBe(lost.json.id);
    expect(second.lines().map((line) => line.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('with a last line that broke off goes on before it', async () => {
    const journal = newJournal();
    const first = await openVenue({ journal });
    await first.post(limit('10', { client_order_id: 'whole' }));
    await first.post(limit('10', { client_order_id: 'torn' }));
    await first.close();
    truncateSync(journal, readFileSync(journal).length - 7);
    const second = await openVenue({ journal });
    expect(await second.list('/v2/orders')).toMatchObject([{ client_order_id: 'whole' }]);
    expect(second.lines().map((line) => line.kind)).toEqual(['start', 'account', 'accept', 'start']);
  });

  it('that is of somebody else is refused and left alone', async () => {
    const journal = newJournal();
    writeFileSync(journal, 'not mine\n');
    await expect(openVenue({ journal })).rejects.toThrow('JOURNAL_INVALID');
    expect(readFileSync(journal, 'utf8')).toBe('not mine\n');
    expect(path.basename(journal)).toMatch(/^journal-/);
  });

  it('nor is a last line cut off that no venue has begun, or lines rolled back that it has not written', async () => {
    for (const text of ['{"key":"of somebody else"}', 'one\ntwo', '{"sequence":2,"atMs":1', 'one\ntwo\nthree\n']) {
      const journal = newJournal();
      writeFileSync(journal, text);
      await expect(openVenue({ journal, journalRollback: 2 })).rejects.toThrow('JOURNAL_INVALID');
      expect(readFileSync(journal, 'utf8')).toBe(text);
    }
  });
});
