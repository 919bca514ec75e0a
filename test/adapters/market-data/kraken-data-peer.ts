/**
 * Kraken's public market data of our own for tests: pairs, OHLC in seconds with an own name in the answer, the ticker.
 */
import {
  barsBetween,
  cell,
  HOUR,
  type MarketPeer,
  type PeerClock,
  type PeerReply,
  type PeerState,
  startMarketPeer,
} from './market-peer.ts';

export const startKrakenDataPeer = (clock: PeerClock): Promise<MarketPeer> =>
  startMarketPeer(clock, answer, (path) => path === '/0/public/AssetPairs');

const PAIR = {
  altname: 'XBTUSD',
  wsname: 'XBT/USD',
  aclass_base: 'currency',
  base: 'XXBT',
  aclass_quote: 'currency',
  quote: 'ZUSD',
  lot: 'unit',
  cost_decimals: 5,
  pair_decimals: 1,
  lot_decimals: 8,
  lot_multiplier: 1,
  leverage_buy: [2, 3],
  leverage_sell: [2, 3],
  fees: [[0, 0.4]],
  fees_maker: [[0, 0.25]],
  fee_volume_currency: 'ZUSD',
  ordermin: '0.00005',
  costmin: '0.5',
  tick_size: '0.1',
  status: 'online',
};

function answer(url: URL, state: PeerState): PeerReply | null {
  const name = state.symbolTold ?? 'XXBTZUSD';
  const ok = (result: string): PeerReply => ({ status: 200, body: `{"error":[],"result":${result}}` });
  if (url.pathname === '/0/public/AssetPairs') return ok(JSON.stringify({ XXBTZUSD: PAIR }));
  if (url.pathname === '/0/public/OHLC') return ok(`{"${name}":[${rows(url, state)}],"last":1}`);
  if (url.pathname !== '/0/public/Ticker') return null;
  const [bid = null, bidSize = null, ask = null, askSize = null] = state.quote.map((one) => cell(one, true));
  const sides = `"a":[${ask},"1",${askSize}],"b":[${bid},"1",${bidSize}]`;
  const rest =
    '"c":["100.6","0.1"],"v":["1","2"],"p":["100","100"],"t":[1,2],"l":["99","99"],"h":["101","101"],"o":"100"';
  return ok(`{"${name}":{${sides},${rest}}}`);
}

const rows = (url: URL, state: PeerState): string =>
  barsBetween(state, Number(url.searchParams.get('since')) * 1_000 + HOUR, Number.MAX_SAFE_INTEGER)
    .slice(0, state.pageSize)
    .map(({ t, cells: [o = null, h = null, l = null, c = null, v = null] }) => {
      const [open, high, low, close, volume] = [o, h, l, c, v].map((one) => cell(one, true));
      return `[${t / 1_000},${open},${high},${low},${close},"100.0",${volume},7]`;
    })
    .join(',');
