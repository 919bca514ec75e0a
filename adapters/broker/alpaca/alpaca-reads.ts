/**
 * What stands in the account at Alpaca: open orders, fills, busts, positions, cash, the account, the clock. Lists
 * come whole or not at all: every page must be read and every row understood, else the read has failed.
 */
import { z } from 'zod';
import type { VenueAnswer, VenueBust, VenueFill, VenueOrder, VenuePosition } from '../../../schemas/venue.ts';
import type { EffectName } from '../../effect.ts';
import type { VenueCash, VenueClock, VenueIdentity } from '../venue.ts';
import type { AlpacaClient } from './alpaca-client.ts';
import type { AlpacaAccess } from './alpaca-config.ts';
import { firstIssue, soon, told } from './alpaca-orders.ts';
import {
  wireAccountSchema,
  wireActivitySchema,
  wireClockSchema,
  wireFillSchema,
  wireOrderSchema,
  wirePositionSchema,
} from './alpaca-wire.ts';

const ORDERS_A_PAGE = 500;
const FILLS_A_PAGE = 100;
const PAGES_MAX = 1_000;
/** Positions have no pages: 10,000 of them are about 7 MB. */
const POSITIONS_BYTES_MAX = 16_000_000;
/** An activity is about 700 bytes. */
const ACTIVITIES_BYTES_MAX = 32_000_000;

type Page<T> = VenueAnswer<readonly T[]>;

async function read<S extends z.ZodType>(
  client: AlpacaClient,
  effect: EffectName,
  path: string,
  schema: S,
  how: { readonly bodyBytesMax?: number; readonly isStream?: boolean; readonly emptyAt?: readonly number[] } = {},
): Promise<VenueAnswer<z.output<S>>> {
  const { emptyAt = [], ...more } = how;
  const asked = { effect, kind: 'read', method: 'GET', path, ...soon(client) } as const;
  const reply = await client.request({ ...asked, ...more });
  if (reply.kind === 'failure') return { kind: 'failed', reason: reply.reason };
  const isEmpty = emptyAt.includes(reply.status);
  if (reply.status !== 200 && !isEmpty) return { kind: 'failed', reason: told(reply) };
  const parsed = schema.safeParse(isEmpty ? [] : reply.json);
  if (parsed.success) return { kind: 'answered', value: parsed.data };
  return { kind: 'failed', reason: `a reply that makes no sense: ${firstIssue(parsed.error)}` };
}

/**
 * Reads pages until one is not full. A row that comes twice counts once; a full page without a new row means that the
 * rest cannot be reached, and the read has failed.
 */
async function readPages<T>(
  size: number,
  idOf: (row: T) => string,
  page: (last: T | null) => Promise<Page<T>>,
): Promise<Page<T>> {
  const rows = new Map<string, T>();
  let last: T | null = null;
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const answer: Page<T> = await page(last);
    if (answer.kind === 'failed') return answer;
    const before = rows.size;
    for (const row of answer.value) rows.set(idOf(row), row);
    if (answer.value.length !== size) return { kind: 'answered', value: [...rows.values()] };
    if (rows.size === before) return { kind: 'failed', reason: `more than ${size} rows cannot be told apart` };
    last = answer.value.at(-1) ?? null;
  }
  return { kind: 'failed', reason: `more than ${PAGES_MAX} pages` };
}

/** Pages go by the time of submission; each begins a millisecond before the last row, for rows of the same instant. */
export function readOpenOrders(client: AlpacaClient): Promise<VenueAnswer<readonly VenueOrder[]>> {
  const query = `/v2/orders?status=open&direction=asc&nested=false&limit=${ORDERS_A_PAGE}`;
  return readPages(
    ORDERS_A_PAGE,
    (order) => order.venueOrderId,
    (last) => {
      const from = last === null ? '' : `&after=${isoOf((last.submittedAtMs ?? 0) - 1)}`;
      return read(client, 'venue.openOrders', `${query}${from}`, z.array(wireOrderSchema));
    },
  );
}

export async function readFills(client: AlpacaClient, sinceMs: number): Promise<VenueAnswer<readonly VenueFill[]>> {
  const path = `/v2/account/activities/FILL?direction=asc&page_size=${FILLS_A_PAGE}&after=${isoOf(sinceMs - 1)}`;
  const rows = await readPages(
    FILLS_A_PAGE,
    ({ fill }) => fill.tradeId,
    (last: z.output<typeof wireFillSchema> | null) => {
      const token = last === null ? '' : `&page_token=${encodeURIComponent(last.fill.tradeId)}`;
      return read(client, 'venue.fills', `${path}${token}`, z.array(wireFillSchema));
    },
  );
  if (rows.kind === 'failed') return rows;
  const fills = rows.value.filter(({ isBust }) => !isBust).map(({ fill }) => fill);
  return { kind: 'answered', value: fills.filter(({ atMs }) => atMs >= sinceMs) };
}

/** The stream is in beta: an account that does not have it is told of no bust, and what differs goes to a person. */
const NOT_OFFERED = [403, 404, 405, 501];

/** The stream of all activities between two instants: it ends by itself, and says of a trade which one it replaces. */
export async function readBusts(client: AlpacaClient, sinceMs: number): Promise<VenueAnswer<readonly VenueBust[]>> {
  const path = `/v2beta1/events/activities?since=${isoOf(sinceMs)}&until=${isoOf(client.nowMs())}`;
  const how = { isStream: true, bodyBytesMax: ACTIVITIES_BYTES_MAX, emptyAt: NOT_OFFERED };
  const told = await read(client, 'venue.busts', path, z.array(wireActivitySchema), how);
  if (told.kind === 'failed') return told;
  return { kind: 'answered', value: told.value.filter((one) => one !== null) };
}

export const readPositions = (client: AlpacaClient): Promise<VenueAnswer<readonly VenuePosition[]>> =>
  read(client, 'venue.positions', '/v2/positions', z.array(wirePositionSchema), {
    bodyBytesMax: POSITIONS_BYTES_MAX,
  });

const readAccount = (client: AlpacaClient): Promise<VenueAnswer<z.output<typeof wireAccountSchema>>> =>
  read(client, 'venue.account', '/v2/account', wireAccountSchema);

export async function readCash(client: AlpacaClient): Promise<VenueAnswer<VenueCash>> {
  const account = await readAccount(client);
  if (account.kind === 'failed') return account;
  return { kind: 'answered', value: { cash: account.value.cash, currency: account.value.currency } };
}

export async function readIdentity(
  client: AlpacaClient,
  { host, mode }: AlpacaAccess,
): Promise<VenueAnswer<VenueIdentity>> {
  const account = await readAccount(client);
  if (account.kind === 'failed') return account;
  const toldMode = modeOf(account.value.account_number ?? '');
  return { kind: 'answered', value: { accountId: account.value.id, host, mode, toldMode } };
}

/** Alpaca's paper accounts are numbered PA…, its live ones with nine digits. */
function modeOf(accountNumber: string): VenueIdentity['toldMode'] {
  if (/^PA[0-9A-Z]/.test(accountNumber)) return 'paper';
  return /^\d{9}$/.test(accountNumber) ? 'live' : null;
}

/** The venue's time is taken to be that of the middle between asking and answer. */
export async function readClock(client: AlpacaClient): Promise<VenueAnswer<VenueClock>> {
  const askedAtMs = client.nowMs();
  const answer = await read(client, 'venue.clock', '/v2/clock', wireClockSchema);
  if (answer.kind === 'failed') return answer;
  const roundTripMs = client.nowMs() - askedAtMs;
  const venueMs = answer.value.timestamp;
  return { kind: 'answered', value: { venueMs, offsetMs: venueMs - (askedAtMs + roundTripMs / 2), roundTripMs } };
}

const isoOf = (ms: number): string => encodeURIComponent(new Date(Math.max(0, ms)).toISOString());
