/** Exchanges through ccxt: the contract of all venues against a Binance of our own, spot and futures. */
import { describeVenueContract, type VenueHarness } from '../../contracts/venue-contract.ts';
import type { PeerOptions } from './binance-peer.ts';
import { openCcxt } from './ccxt-peer.ts';

async function open(mode: 'paper' | 'live', options: PeerOptions): Promise<VenueHarness> {
  const { peer, venue } = await openCcxt(options, mode);
  const differences = { tellsMode: false, cancelAllRequests: options.market === 'spot' ? 1 : 4 };
  const harness = { ...peer, venue, ...differences };
  return harness;
}

describeVenueContract('binance spot, paper', () => open('paper', { market: 'spot' }));
describeVenueContract('binance spot, live, ids of 19 digits as JSON numbers', () =>
  open('live', { market: 'spot', firstId: '8389766145050669870' }),
);
describeVenueContract('binance futures, paper', () => open('paper', { market: 'swap' }));
