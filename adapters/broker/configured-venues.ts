/** Every network venue whose key is set, made straight from the settings. Nothing is requested here. */
import type { AlpacaSettings } from '../../schemas/alpaca-settings.ts';
import { alpacaLiveConfig, alpacaPaperConfig } from './alpaca/alpaca-config.ts';
import { type AlpacaParts, createAlpacaLive, createAlpacaPaper } from './alpaca/alpaca-venue.ts';
import type { Venue } from './venue.ts';

export type VenueSettings = { readonly alpaca: AlpacaSettings; readonly allowLoopback: boolean };

/** @throws InvalidInput when host, key and mode do not belong together */
export function configuredVenues({ alpaca, allowLoopback }: VenueSettings, parts: AlpacaParts = {}): Venue[] {
  return [
    ...(alpaca.paperKey === null ? [] : [createAlpacaPaper(alpacaPaperConfig(alpaca, allowLoopback), parts)]),
    ...(alpaca.liveKey === null ? [] : [createAlpacaLive(alpacaLiveConfig(alpaca, allowLoopback), parts)]),
  ];
}
