/** Figures that the desk of a simulation and its judge both need: plain numbers, no rule. */

/** Of the account at the start, in ten-thousandths of a dollar. */
export const CASH = 1_000_000_000;

/** Narrow, so that a few orders reach them. */
export const POSITION_FRACTION_MAX = 0.1;
export const SYMBOL_FRACTION_MAX = 0.12;
export const GROSS_FRACTION_MAX = 0.2;

/** Prices that orders are decided at, in cents; the market moves by some cents only. */
export const PRICES = { 'BTC/USD': 10_000, 'ETH/USD': 5_000, 'SOL/USD': 2_000, 'XRP/USD': 800 } as const;
export type Traded = keyof typeof PRICES;
export const SYMBOLS: readonly [Traded, ...Traded[]] = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD'];
