/**
 * A test venue inside the test's process with a client that speaks to it over real
 * HTTP, and its journal as an outsider reads it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { toDecimal } from '../../../../domain/decimal.ts';
import {
  DEFAULT_CREDENTIALS,
  startVenue,
  type Venue,
  type VenueOptions,
} from '../../../../scripts/lib/venue/start-venue.ts';

export type Json = Record<string, unknown>;
export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly json: Json };

const folder = mkdtempSync(path.join(tmpdir(), 'venue-test-'));
const open = new Set<Venue>();
let count = 0;
afterEach(async () => {
  await Promise.all([...open].map((venue) => venue.close()));
  open.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

export function newJournal(): string {
  count += 1;
  return path.join(folder, `journal-${count}.jsonl`);
}

/** Prices stand until they are set, so that nothing happens by itself. */
export async function openVenue(options: Partial<VenueOptions> = {}) {
  const journal = options.journal ?? newJournal();
  const venue = await startVenue({ tickMs: 0, ...options, journal });
  open.add(venue);
  const close = async (): Promise<void> => {
    open.delete(venue);
    await venue.close();
  };
  const price = (symbol: string, value: string): void => venue.control.price(symbol, toDecimal(value));
  return { ...venue, ...clientOf(venue.url), journal, close, price, lines: () => readJournal(journal) };
}
export type VenueUnderTest = Awaited<ReturnType<typeof openVenue>>;

export const readJournal = (file: string): Json[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Json => JSON.parse(line));

export function clientOf(url: string, { key, secret } = DEFAULT_CREDENTIALS) {
  const call = async (method: string, where: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${where}`, {
      method,
      headers: { 'APCA-API-KEY-ID': key, 'APCA-API-SECRET-KEY': secret },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  };
  return {
    call,
    get: (where: string) => call('GET', where),
    remove: (where: string) => call('DELETE', where),
    post: (body: unknown) => call('POST', '/v2/orders', body),
    list: async (where: string): Promise<Json[]> => JSON.parse((await call('GET', where)).text),
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const order = (part: Json): Json => ({ symbol: 'BTC/USD', side: 'buy', qty: '1', time_in_force: 'gtc', ...part });
export const market = (part: Json = {}): Json => order({ type: 'market', ...part });
export const limit = (price: string, part: Json = {}): Json => order({ type: 'limit', limit_price: price, ...part });
