/** Every network venue whose key is set, made straight from the settings. Nothing is requested here. */
import type { AlpacaSettings } from '../../schemas/alpaca-settings.ts';
import type { CcxtSettings } from '../../schemas/ccxt-settings.ts';
import { alpacaLiveConfig, alpacaPaperConfig } from './alpaca/alpaca-config.ts';
import { type AlpacaParts, createAlpacaLive, createAlpacaPaper } from './alpaca/alpaca-venue.ts';
import { ccxtLiveConfig, ccxtPaperConfig } from './ccxt/ccxt-config.ts';
import { type CcxtParts, createCcxtLive, createCcxtPaper } from './ccxt/ccxt-venue.ts';
import type { Venue } from './venue.ts';

export type VenueSettings = {
  readonly alpaca: AlpacaSettings;
  readonly ccxt: CcxtSettings;
  readonly allowLoopback: boolean;
};

type VenueParts = AlpacaParts & Pick<CcxtParts, 'onMissing'>;

/** @throws InvalidInput when host, key and mode do not belong together */
export function configuredVenues({ alpaca, ccxt, allowLoopback }: VenueSettings, parts: VenueParts = {}): Venue[] {
  return [
    ...(alpaca.paperKey === null ? [] : [createAlpacaPaper(alpacaPaperConfig(alpaca, allowLoopback), parts)]),
    ...(alpaca.liveKey === null ? [] : [createAlpacaLive(alpacaLiveConfig(alpaca, allowLoopback), parts)]),
    ...(ccxt.paper.key === null ? [] : [createCcxtPaper(ccxtPaperConfig(ccxt, allowLoopback), ccxtPartsOf(parts))]),
    ...(ccxt.live.key === null ? [] : [createCcxtLive(ccxtLiveConfig(ccxt, allowLoopback), ccxtPartsOf(parts))]),
  ];
}

/** The id profile is Alpaca's to choose; Binance has its own. */
const ccxtPartsOf = ({ idProfile, ...parts }: VenueParts): CcxtParts => parts;
