/** Wrong HTTP requests against the product's interface over a desk, its mistakes of its own, and readers who never read. */
import { connect } from 'node:net';
import type { DeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { type Case, type Outcome, runCases } from './case.ts';
import { httpCases, rawOf, send, toldOf } from './http-cases.ts';
import { openBrokenSite, openHttpSite, type SiteParts } from './http-site.ts';

const WITHIN_MS = 30_000;
/** A request that is not whole by then is refused: shorter than on the desk, so that the exam does not wait for it. */
const REQUEST_MS = 2_000;
const READERS_MAX = 20;
const READERS = 30;

export async function examineHttp(desk: DeskInProcess, seed: number, ofEach: number): Promise<Outcome[]> {
  const { db, client, targets } = desk;
  const parts = { db, client, databaseUrl: targets.databaseUrl, taskQueue: targets.taskQueue };
  const site = await openHttpSite(parts);
  const hasty = await openHttpSite(parts, { requestMs: REQUEST_MS });
  try {
    const cases = [
      ...httpCases({ site, hasty, sessionId: await shortSession(desk) }, seed, ofEach),
      broken(parts),
      deaf(parts),
    ];
    return await runCases(cases, { atOnce: 6, withinMs: WITHIN_MS });
  } finally {
    await site.close();
    await hasty.close();
  }
}

async function shortSession(desk: DeskInProcess): Promise<string> {
  const sessionId = 'http-requests';
  const run = await desk.startSession(sessionId, {
    ...{ accountId: 'paper-1', strategy: { type: 'momentum' }, symbols: ['BTC/USDT'], tradingMode: 'backtest' },
    ...{ barIntervalMs: 3_600_000, market: { source: 'synthetic', count: 100 } },
  });
  await run.result();
  return sessionId;
}

const broken = (parts: SiteParts): Case => ({
  ...{ row: '87', input: 'a database without tables', expected: '500 INTERNAL' },
  answer: async () => {
    const site = await openBrokenSite(parts);
    try {
      return toldOf(await send(site, { path: '/api/orders' }));
    } finally {
      await site.close();
    }
  },
});

/** Streams that nobody reads: those beyond the most are refused at once. */
const deaf = (parts: SiteParts): Case => ({
  ...{ row: '84', input: `${READERS} readers`, expected: `${READERS_MAX} streams, then 503 STREAM_LIMIT` },
  answer: async () => {
    const site = await openHttpSite(parts, { readersMax: READERS_MAX });
    const ask = rawOf(site, { path: '/api/events?after=0' });
    const firsts = await Promise.all(Array.from({ length: READERS }, () => firstLine(site.port, ask)));
    const told = await send(site, { path: '/api/events' });
    for (const { end } of firsts) end();
    await site.close();
    return `${firsts.filter(({ line }) => line.includes(' 200 ')).length} streams, then ${toldOf(told)}`;
  },
});

/** Reads the beginning of an answer and then nothing more. */
function firstLine(port: number, request: string): Promise<{ readonly line: string; readonly end: () => void }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    socket.on('error', reject);
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      resolve({ line: chunk.toString().split('\r\n', 1)[0] ?? '', end: () => socket.destroy() });
    });
  });
}
