/**
 * Sessions that follow a vendor's market as it goes, bar by bar in real time, instead of walking bars that are all
 * there when they open. Backtests, and analyses that end at `to`, walk a vendor's past like stored bars.
 */
import type { TradingMode } from './governance.ts';
import type { MarketSource } from './market.ts';

export type VendorSource = Extract<MarketSource, { source: 'alpaca' | 'ccxt' }>;

export const isVendorSource = (source: MarketSource): source is VendorSource =>
  source.source === 'alpaca' || source.source === 'ccxt';

type Following = { readonly tradingMode: TradingMode; readonly market: MarketSource };

/** True where bars come while the session runs. */
export const followsMarket = ({ tradingMode, market }: Following): boolean =>
  isVendorSource(market) && tradingMode !== 'backtest' && market.to === undefined;
