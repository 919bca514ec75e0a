/** Exchanges through ccxt: the contract of all venues against a Binance of our own, spot and futures. */
import { ccxtLiveConfig, ccxtPaperConfig } from '../../../adapters/broker/ccxt/ccxt-config.ts';
import { createCcxtLive, createCcxtPaper } from '../../../adapters/broker/ccxt/ccxt-venue.ts';
import type { CcxtSettings } from '../../../schemas/ccxt-settings.ts';
import { describeVenue, type VenueHarness } from '../../contracts/venue-contract.ts';
import { PEER_KEY, startBinancePeer } from './binance-peer.ts';

async function open(mode: 'paper' | 'live', market: 'spot' | 'swap', firstId: string): Promise<VenueHarness> {
  const peer = await startBinancePeer({ market, firstId });
  const unused = { exchange: 'binance', market, key: null, url: 'https://unused', symbols: [] } as const;
  const used = { exchange: 'binance', market, key: PEER_KEY, url: peer.url, symbols: ['BTC/USD'] } as const;
  const settings: CcxtSettings =
    mode === 'paper'
      ? {
          paper: used,
          live: { ...unused, url: market === 'spot' ? 'https://api.binance.com' : 'https://fapi.binance.com' },
        }
      : {
          live: used,
          paper: {
            ...unused,
            url: market === 'spot' ? 'https://testnet.binance.vision' : 'https://demo-fapi.binance.com',
          },
        };
  const venue =
    mode === 'paper'
      ? createCcxtPaper(ccxtPaperConfig(settings, true))
      : createCcxtLive(ccxtLiveConfig(settings, true));
  await venue.identity();
  peer.forgetRequests();
  return { ...peer, venue };
}

describeVenue('binance spot, paper', () => open('paper', 'spot', '1'));
describeVenue('binance spot, live, ids of 19 digits', () => open('live', 'spot', '8389766145050669870'));
describeVenue('binance futures, paper', () => open('paper', 'swap', '1'));
