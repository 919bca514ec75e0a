/**
 * Alpaca as a venue, twice: paper and live are made by different functions from different configurations, with hosts
 * and keys of their own. Nothing is requested when one is made; the identity is the caller's first question.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { toDecimal } from '../../../domain/decimal.ts';
import type { Order } from '../../../schemas/execution.ts';
import { createTokenBucket } from '../token-bucket.ts';
import type { Venue } from '../venue.ts';
import { type AlpacaTimeouts, createAlpacaClient } from './alpaca-client.ts';
import { type AlpacaLiveConfig, type AlpacaPaperConfig, alpacaAccess } from './alpaca-config.ts';
import { cancelAllOrders, cancelOrder, lookUpOrder, sendOrder } from './alpaca-orders.ts';
import {
  readBusts,
  readCash,
  readClock,
  readFills,
  readIdentity,
  readOpenOrders,
  readPositions,
} from './alpaca-reads.ts';

/** What a test or an exam puts in place of the usual. `requestsPerMinute`: of this process, below the venue's limit. */
export type AlpacaParts = Partial<AlpacaTimeouts> & {
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly requestsPerMinute?: number;
  readonly idProfile?: Venue['idProfile'];
};
export type AlpacaPaperVenue = Venue & { readonly mode: 'paper' };
export type AlpacaLiveVenue = Venue & { readonly mode: 'live' };

/** Coins are counted to nine decimals there. */
const PAIR_LOT = '0.000000001';
const SHARE = '1';
const TOTAL_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 5_000;

/** @throws InvalidInput when host, key and mode do not belong together; no request has been made then */
export const createAlpacaPaper = (config: AlpacaPaperConfig, parts: AlpacaParts = {}): AlpacaPaperVenue => ({
  ...createAlpaca(config, parts),
  name: 'alpaca-paper',
  mode: 'paper',
});

/** @throws InvalidInput when host, key and mode do not belong together; no request has been made then */
export const createAlpacaLive = (config: AlpacaLiveConfig, parts: AlpacaParts = {}): AlpacaLiveVenue => ({
  ...createAlpaca(config, parts),
  name: 'alpaca-live',
  mode: 'live',
});

function createAlpaca(config: AlpacaPaperConfig | AlpacaLiveConfig, parts: AlpacaParts): Omit<Venue, 'name' | 'mode'> {
  const access = alpacaAccess(config);
  const { nowMs = Date.now, sleep = sleepFor, totalTimeoutMs = TOTAL_TIMEOUT_MS } = parts;
  const { idleTimeoutMs = IDLE_TIMEOUT_MS, requestsPerMinute = access.requestsPerMinute } = parts;
  const bucket = createTokenBucket({ requestsPerMinute, nowMs, sleep });
  const client = createAlpacaClient({ access, bucket, timeouts: { totalTimeoutMs, idleTimeoutMs }, nowMs });
  return {
    isPublic: access.isPublic,
    idProfile: parts.idProfile ?? 'lifetime-unique',
    identity: () => readIdentity(client, access),
    lot: async (order) => lotOf(order),
    send: (order, deadlineMs, guard) => sendOrder(client, order, deadlineMs, guard),
    lookUp: (clientOrderId) => lookUpOrder(client, clientOrderId),
    openOrders: () => readOpenOrders(client),
    fills: (sinceMs) => readFills(client, sinceMs),
    busts: (sinceMs) => readBusts(client, sinceMs),
    positions: () => readPositions(client),
    cash: () => readCash(client),
    cancel: (order) => cancelOrder(client, order),
    cancelAll: () => cancelAllOrders(client),
    clock: () => readClock(client),
  };
}

/**
 * Shares are entered whole where that is any of them: a stop for a part of one ends with the day, which would leave the
 * position bare overnight, and a part cannot be sold short.
 */
function lotOf({ symbol, leg, quantity }: Pick<Order, 'symbol' | 'leg' | 'quantity'>): string | null {
  if (symbol.includes('/')) return PAIR_LOT;
  return leg === 'entry' && toDecimal(quantity).gte(SHARE) ? SHARE : null;
}
