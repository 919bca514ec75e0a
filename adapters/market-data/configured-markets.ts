/** The vendors of market data by name, made from the settings and kept, so that each keeps its one rate limit. */
import type { MarketSettings } from '../../schemas/market-settings.ts';
import { createAlpacaMarket } from './alpaca/alpaca-market.ts';
import { createCcxtMarket } from './ccxt/ccxt-market.ts';
import type { VendorMarket, VendorName } from './vendor-market.ts';
import type { VendorParts } from './vendor-parts.ts';

/** The function that answers throws InvalidInput for settings that contradict each other; nothing is requested. */
export function configuredMarkets(
  settings: MarketSettings,
  parts: VendorParts = {},
): (name: VendorName) => VendorMarket {
  const made = new Map<VendorName, VendorMarket>();
  return (name) => {
    const market = made.get(name) ?? create(name, settings, parts);
    made.set(name, market);
    return market;
  };
}

function create(name: VendorName, settings: MarketSettings, parts: VendorParts): VendorMarket {
  if (name === 'alpaca') return createAlpacaMarket(settings, parts);
  return createCcxtMarket(name.slice('ccxt:'.length), settings, parts);
}
