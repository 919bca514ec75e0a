/**
 * A desk whose market is a vendor's peer on loopback: hour bars of a clock that a test moves on, told by real HTTP to
 * the real adapter. Ticks make the session look; nothing waits for real hours.
 */
import 'ccxt';
import { configuredMarkets } from '../../adapters/market-data/configured-markets.ts';
import type { MarketSource } from '../../schemas/market.ts';
import { DATA_KEY, startAlpacaDataPeer } from '../adapters/market-data/alpaca-data-peer.ts';
import { startBinanceDataPeer } from '../adapters/market-data/binance-data-peer.ts';
import { HOUR, type MarketPeer, type PeerBar, type PeerClock } from '../adapters/market-data/market-peer.ts';
import { type DeskUnderTest, openDeskUnderTest } from './desk-under-test.ts';

export type LiveMarket = {
  readonly desk: DeskUnderTest;
  readonly peer: MarketPeer;
  readonly clock: Readonly<PeerClock>;
  readonly source: MarketSource;
  readonly symbol: string;
  /** Closes the hour at this price; the quote follows, ten seconds later. */
  readonly close: (price: number) => void;
  /** Lets time pass without a bar. */
  readonly pass: (ms: number) => void;
  readonly end: () => Promise<void>;
};

export const VENDORS = ['alpaca', 'ccxt'] as const;
export type VendorUnderTest = (typeof VENDORS)[number];

const PAST_HOURS = 520;
/** Ahead of the server's clock, so that no timer of the workflow falls due by itself. */
const HOURS_AHEAD = 2 * HOUR;
/** How long after the full hour a test looks: less than a bar may be late. */
const SECONDS_AFTER = 10_000;
const VOLUME = '1000000';

/** A bar of one price, one up and one down: around one price the ATR is 2. */
export const flatBar = (t: number, open: number, close: number): PeerBar => ({
  t,
  cells: [`${open}`, `${Math.max(open, close) + 1}`, `${Math.min(open, close) - 1}`, `${close}`, VOLUME],
});

/** How the desk of a market is opened. */
type OpenDesk = (markets: NonNullable<Parameters<typeof openDeskUnderTest>[1]>) => Promise<DeskUnderTest>;

/** @param atMs the full hour at which the clock starts */
export async function openLiveMarket(
  vendor: VendorUnderTest,
  symbol = SYMBOLS[vendor],
  atMs = Math.floor(Date.now() / HOUR) * HOUR + HOURS_AHEAD,
  openDesk: OpenDesk = (markets) => openDeskUnderTest([], markets),
): Promise<LiveMarket> {
  let aheadMs = atMs - Date.now() + SECONDS_AFTER;
  const clock = {
    get nowMs() {
      return Date.now() + aheadMs;
    },
  };
  const peer = await (vendor === 'alpaca' ? startAlpacaDataPeer(clock) : startBinanceDataPeer(clock));
  peer.state.pageSize = 500;
  const firstMs = Math.floor(clock.nowMs / HOUR) * HOUR - PAST_HOURS * HOUR;
  peer.state.bars = Array.from({ length: PAST_HOURS }, (_, i) => flatBar(firstMs + i * HOUR, 100, 100));
  const settings = {
    alpaca: {
      key: DATA_KEY,
      url: vendor === 'alpaca' ? peer.url : 'https://data.alpaca.markets',
      feed: 'iex' as const,
    },
    ccxt: { urls: vendor === 'ccxt' ? { binance: peer.url } : {} },
    allowLoopback: true,
  };
  const nowMs = (): number => clock.nowMs;
  const parts = { nowMs, totalTimeoutMs: 2_000, idleTimeoutMs: 1_000, barsGiveUpMs: 3_000, quoteGiveUpMs: 1_000 };
  const desk = await openDesk({ markets: configuredMarkets(settings, parts), nowMs });
  const quote = (price: number): void => {
    peer.state.quote = [`${price - 0.01}`, '3', `${price + 0.01}`, '4'];
    peer.state.quoteAtMs = clock.nowMs - 250;
  };
  quote(100);
  let last = 100;
  return {
    desk,
    peer,
    clock,
    source: vendor === 'alpaca' ? { source: 'alpaca', speed: 1 } : { source: 'ccxt', exchange: 'binance', speed: 1 },
    symbol,
    close: (price) => {
      peer.state.bars.push(flatBar(Math.floor(clock.nowMs / HOUR) * HOUR, last, price));
      aheadMs += HOUR - (clock.nowMs % HOUR) + SECONDS_AFTER;
      last = price;
      quote(price);
    },
    pass: (ms) => {
      aheadMs += ms;
    },
    end: async () => {
      await desk.close();
      await peer.close();
    },
  };
}

const SYMBOLS: Readonly<Record<VendorUnderTest, string>> = { alpaca: 'BTC/USD', ccxt: 'BTC/USDT' };
