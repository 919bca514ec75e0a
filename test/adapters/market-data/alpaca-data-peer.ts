/**
 * Alpaca's data API of our own for tests: bars of shares and pairs by token, latest quotes, in Alpaca's wire format.
 */
import {
  barsBetween,
  cell,
  type MarketPeer,
  type PeerBar,
  type PeerClock,
  type PeerReply,
  type PeerState,
  startMarketPeer,
} from './market-peer.ts';

export const DATA_KEY = 'PKDATA:data-secret';

export const startAlpacaDataPeer = (clock: PeerClock): Promise<MarketPeer> =>
  startMarketPeer(clock, answer, () => false);

function answer(url: URL, state: PeerState): PeerReply | null {
  const symbol = state.symbolTold ?? url.searchParams.get('symbols') ?? '';
  if (/^\/(v2\/stocks|v1beta3\/crypto\/us)\/bars$/.test(url.pathname)) return barsReply(url, state, symbol);
  if (/^\/(v2\/stocks\/quotes\/latest|v1beta3\/crypto\/us\/latest\/quotes)$/.test(url.pathname)) {
    return { status: 200, body: quoteBody(state, symbol) };
  }
  return null;
}

/** Nanoseconds and an offset, as Alpaca may write them. */
const stamp = (ms: number): string =>
  `${new Date(ms + 5 * 3_600_000).toISOString().slice(0, 19)}.${String(ms % 1_000).padStart(3, '0')}123456+05:00`;

function quoteBody(
  { quote: [bid = null, bidSize = null, ask = null, askSize = null], ...state }: PeerState,
  symbol: string,
) {
  const { asText, quoteAtMs } = state;
  const cells = [`"bp":${cell(bid, asText)}`, `"bs":${cell(bidSize, asText)}`, `"ap":${cell(ask, asText)}`];
  const told = [...cells, `"as":${cell(askSize, asText)}`, `"t":"${stamp(quoteAtMs)}"`, '"bx":"V","ax":"V"'].join(',');
  return `{"quotes":{${JSON.stringify(symbol)}:{${told}}}}`;
}

const NAMES = ['o', 'h', 'l', 'c', 'v'] as const;
const barText = ({ t, cells }: PeerBar, { asText }: PeerState): string => {
  const fields = NAMES.map((name, i) => `"${name}":${cell(cells[i] ?? null, asText)}`);
  return `{"t":"${t % 1_000 === 0 ? stamp(t) : t}",${fields.join(',')},"n":5}`;
};

function barsReply(url: URL, state: PeerState, symbol: string): PeerReply {
  const query = url.searchParams;
  const all = barsBetween(state, Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? ''));
  const at = Number(/^at-(\d+)/.exec(query.get('page_token') ?? '')?.[1] ?? 0);
  const isFirst = at === 0;
  const page = all.slice(at, at + state.pageSize);
  const end = at + state.pageSize;
  const body = (bars: readonly PeerBar[], next: number | null): PeerReply => {
    const texts = bars.map((bar) => barText(bar, state)).join(',');
    const token = next === null ? 'null' : `"at-${next}"`;
    return { status: 200, body: `{"bars":{${JSON.stringify(symbol)}:[${texts}]},"next_page_token":${token}}` };
  };
  const next = end < all.length ? end : null;
  if (state.pageFault === 'sameToken') return body(page, isFirst ? end : at);
  if (state.pageFault === 'shuffled') return body(page.toReversed(), next);
  if (isFirst || state.pageFault === 'none') return body(page, next);
  if (state.pageFault === 'overlap') return body([...all.slice(at - 2, at), ...page], next);
  if (state.pageFault === 'reviseAtBorder') return body([revised(all[at - 1]), ...page], next);
  if (state.pageFault === 'backwards') return body([revised(all[at - 3]), ...page], next);
  state.pageFault = 'none';
  return { status: 200, body: `{"bars":{},"next_page_token":"at-${at}-again"}` };
}

/** The same bar with another close and volume. */
export function revised(bar: PeerBar | undefined): PeerBar {
  if (bar === undefined) throw new Error('no bar to revise');
  const [open = '0', high = '0', low = '0'] = bar.cells;
  return { t: bar.t, cells: [open, high, low, '99.875', '777'] };
}
