/**
 * An exchange through ccxt as a venue, twice: paper (the exchange's sandbox) and live are made by different functions
 * from different configurations, with hosts and keys of their own. Nothing is requested, and ccxt is not loaded, when
 * one is made; the identity is the caller's first question and brings the markets along.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { decimalText } from '../../../domain/decimal.ts';
import { createTokenBucket } from '../token-bucket.ts';
import type { Venue } from '../venue.ts';
import { cancelAllOrders } from './cancel-all.ts';
import { readCash, readIdentity, readPositions } from './ccxt-account.ts';
import { createCcxtClient } from './ccxt-client.ts';
import { type CcxtAccess, type CcxtLiveConfig, type CcxtPaperConfig, ccxtAccess } from './ccxt-config.ts';
import type { CcxtTimeouts } from './ccxt-exchange.ts';
import { type CcxtDesk, createMarkets } from './ccxt-markets.ts';
import { cancelOrder, lookUpOrder } from './ccxt-orders.ts';
import { readClock, readFills, readOpenOrders } from './ccxt-reads.ts';
import { soon } from './ccxt-reply.ts';
import { sendOrder } from './ccxt-send.ts';

/** What a test or an exam puts in place of the usual. `requestsPerMinute`: of this process, below the venue's limit. */
export type CcxtParts = Partial<CcxtTimeouts> & {
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly requestsPerMinute?: number;
  /** Told once: symbols that the exchange has no market for; they are left out. */
  readonly onMissing?: (symbols: readonly string[]) => void;
};
export type CcxtPaperVenue = Venue & { readonly mode: 'paper' };
export type CcxtLiveVenue = Venue & { readonly mode: 'live' };

const TOTAL_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 5_000;

/** Binance wants an id to be unique among open orders only. */
const ID_PROFILES: Readonly<Record<CcxtAccess['exchange'], Venue['idProfile']>> = { binance: 'open-only' };

/** @throws InvalidInput when host, key, symbols and mode do not belong together; no request has been made then */
export const createCcxtPaper = (config: CcxtPaperConfig, parts: CcxtParts = {}): CcxtPaperVenue => ({
  ...createCcxt(config, parts),
  name: 'ccxt-paper',
  mode: 'paper',
});

/** @throws InvalidInput when host, key, symbols and mode do not belong together; no request has been made then */
export const createCcxtLive = (config: CcxtLiveConfig, parts: CcxtParts = {}): CcxtLiveVenue => ({
  ...createCcxt(config, parts),
  name: 'ccxt-live',
  mode: 'live',
});

function createCcxt(config: CcxtPaperConfig | CcxtLiveConfig, parts: CcxtParts): Omit<Venue, 'name' | 'mode'> {
  const access = ccxtAccess(config);
  const { nowMs = Date.now, sleep = sleepFor, totalTimeoutMs = TOTAL_TIMEOUT_MS } = parts;
  const { idleTimeoutMs = IDLE_TIMEOUT_MS, requestsPerMinute = access.requestsPerMinute } = parts;
  const { onMissing = () => undefined } = parts;
  const bucket = createTokenBucket({ requestsPerMinute, nowMs, sleep });
  const client = createCcxtClient({ access, bucket, timeouts: { totalTimeoutMs, idleTimeoutMs }, nowMs });
  const desk: CcxtDesk = { client, access, askMarkets: createMarkets(client, access, onMissing) };
  return {
    isPublic: access.isPublic,
    idProfile: ID_PROFILES[access.exchange],
    identity: () => readIdentity(desk),
    lot: ({ symbol }) => lotOf(desk, symbol),
    send: (order, deadlineMs, guard) => sendOrder(desk, order, deadlineMs, guard),
    lookUp: (clientOrderId) => lookUpOrder(desk, clientOrderId),
    openOrders: () => readOpenOrders(desk),
    fills: (sinceMs) => readFills(desk, sinceMs),
    // The unified API knows no busted trade: one that vanishes is a difference, and goes to a person.
    busts: async () => ({ kind: 'answered', value: [] }),
    positions: () => readPositions(desk),
    cash: () => readCash(desk),
    cancel: (order) => cancelOrder(desk, order),
    cancelAll: () => cancelAllOrders(desk),
    clock: () => readClock(desk),
  };
}

async function lotOf({ client, askMarkets }: CcxtDesk, symbol: string): Promise<string | null> {
  const markets = await askMarkets(soon(client).deadlineMs);
  const market = markets.kind === 'failed' ? undefined : markets.value.bySymbol.get(symbol);
  return market === undefined ? null : decimalText(market.quantityStep);
}
