/** Binance's public market data of our own for tests: its list of markets, klines by start time, the 24 h ticker. */
import { revised } from './alpaca-data-peer.ts';
import {
  barsBetween,
  cell,
  HOUR,
  type MarketPeer,
  type PeerBar,
  type PeerClock,
  type PeerReply,
  type PeerState,
  startMarketPeer,
} from './market-peer.ts';

export const startBinanceDataPeer = (clock: PeerClock): Promise<MarketPeer> =>
  startMarketPeer(clock, answer, (path) => path === '/api/v3/exchangeInfo');

function answer(url: URL, state: PeerState): PeerReply | null {
  if (url.pathname === '/api/v3/exchangeInfo' && state.listFails) return { status: 403, body: '{}' };
  if (url.pathname === '/api/v3/exchangeInfo') return { status: 200, body: JSON.stringify({ symbols: MARKETS }) };
  if (url.pathname === '/api/v3/klines') return { status: 200, body: klines(url, state) };
  if (url.pathname === '/api/v3/ticker/24hr') return { status: 200, body: ticker(url, state) };
  return null;
}

const MARKETS = ['BTC', 'ETH'].map((base) => ({
  symbol: `${base}USDT`,
  status: 'TRADING',
  baseAsset: base,
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  isSpotTradingAllowed: true,
  permissionSets: [['SPOT']],
  orderTypes: ['LIMIT', 'MARKET'],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
  ],
}));

function klines(url: URL, state: PeerState): string {
  const sinceMs = Number(url.searchParams.get('startTime'));
  const all = barsBetween(state, 0, Number.MAX_SAFE_INTEGER);
  const at = all.findIndex(({ t }) => t >= sinceMs);
  const page = at < 0 ? [] : all.slice(at, at + state.pageSize);
  const text = (bars: readonly PeerBar[]): string => `[${bars.map((bar) => kline(bar, state)).join(',')}]`;
  const isFirst = at <= firstWanted(state);
  if (state.pageFault === 'shuffled') return text(page.toReversed());
  if (isFirst || at < 0 || state.pageFault === 'none') return text(page);
  if (state.pageFault === 'overlap') return text([...all.slice(at - 2, at), ...page]);
  if (state.pageFault === 'reviseAtBorder') return text([revised(all[at - 1]), ...page]);
  if (state.pageFault === 'backwards') return text([revised(all[at - 3]), ...page]);
  state.pageFault = 'none';
  return '[]';
}

/** The tests ask from the second bar on. */
const firstWanted = ({ bars }: PeerState): number => (bars.length === 0 ? 0 : 1);

const kline = ({ t, cells }: PeerBar, { asText }: PeerState): string =>
  `[${t},${cells.map((one) => cell(one, asText)).join(',')},${t + HOUR - 1},"1",5,"1","1","0"]`;

function ticker(url: URL, { quote: [bid = null, bidSize = null, ask = null, askSize = null], ...state }: PeerState) {
  const symbol = state.symbolTold ?? url.searchParams.get('symbol') ?? '';
  const told = Object.entries({ bidPrice: bid, bidQty: bidSize, askPrice: ask, askQty: askSize });
  const cells = told.map(([name, text]) => `"${name}":${cell(text, state.asText)}`).join(',');
  return `{"symbol":${JSON.stringify(symbol)},"lastPrice":"100.6","closeTime":${state.quoteAtMs},${cells}}`;
}
