/**
 * A venue through ccxt at a Binance of our own, for tests of both. ccxt is loaded here, before the time of the first
 * test begins: on a busy machine that takes seconds.
 */
import 'ccxt';
import { ccxtLiveConfig, ccxtPaperConfig } from '../../../adapters/broker/ccxt/ccxt-config.ts';
import { type CcxtParts, createCcxtLive, createCcxtPaper } from '../../../adapters/broker/ccxt/ccxt-venue.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import { CCXT_HOSTS, type CcxtMode, type CcxtModeSettings, type CcxtSettings } from '../../../schemas/ccxt-settings.ts';
import { type BinancePeer, PEER_KEY, type PeerOptions, startBinancePeer } from './binance-peer.ts';

/** Settings of a mode that is not used. */
export const unusedSettings = (mode: CcxtMode): CcxtModeSettings => ({
  exchange: 'binance',
  market: 'spot',
  key: null,
  url: `https://${CCXT_HOSTS.binance[mode].spot}`,
  symbols: [],
});
export const ccxtSettingsOf = (mode: CcxtMode, changes: Partial<CcxtModeSettings>): CcxtSettings => ({
  paper: unusedSettings('paper'),
  live: unusedSettings('live'),
  [mode]: { ...unusedSettings(mode), key: PEER_KEY, symbols: ['BTC/USD'], ...changes },
});

export function venueAt(
  url: string,
  mode: CcxtMode,
  changes: Partial<CcxtModeSettings> = {},
  parts: CcxtParts = {},
): Venue {
  const settings = ccxtSettingsOf(mode, { url, ...changes });
  if (mode === 'live') return createCcxtLive(ccxtLiveConfig(settings, true), parts);
  return createCcxtPaper(ccxtPaperConfig(settings, true), parts);
}

/** The markets are known when this returns, as after the first question of a worker; no request is counted yet. */
export async function openCcxt(
  options: PeerOptions,
  mode: CcxtMode = 'paper',
  symbols: readonly string[] = ['BTC/USD'],
): Promise<{ readonly peer: BinancePeer; readonly venue: Venue }> {
  const peer = await startBinancePeer(options);
  const venue = venueAt(peer.url, mode, { market: options.market, symbols });
  await venue.identity();
  peer.forgetRequests();
  return { peer, venue };
}
