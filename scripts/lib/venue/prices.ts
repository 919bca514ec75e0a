/**
 * Prices of the test venue: a seeded random walk, one step a tick from the journal's first line on, so that a restart
 * goes on where the venue would be by now. A price set by hand stands until it is set free. Units: quote currency.
 */
import { Decimal, toDecimal } from '../../../domain/decimal.ts';
import { createRandom, type Random } from '../../../domain/market/random.ts';

const START_PRICES: Readonly<Record<string, string>> = {
  'BTC/USD': '60000',
  'BTC/USDT': '60000',
  'ETH/USD': '3000',
  'ETH/USDT': '3000',
  SPY: '500',
  AAPL: '200',
};
const STEP_DEVIATION = 0.0004;
const DECIMALS = 2;

export type PriceWalk = (symbol: string, nowMs: number) => Decimal;

type Walker = { readonly random: Random; step: number; price: number };

/** @param tickMs time of one step; 0 lets the prices stand */
export function createPriceWalk(seed: number, tickMs: number, startMs: number): PriceWalk {
  const walkers = new Map<string, Walker>();
  return (symbol, nowMs) => {
    const walker = walkers.get(symbol) ?? firstStep(seed, symbol);
    walkers.set(symbol, walker);
    const wanted = tickMs > 0 ? Math.floor((nowMs - startMs) / tickMs) : 0;
    for (; walker.step < wanted; walker.step += 1) {
      walker.price *= Math.max(0.5, 1 + STEP_DEVIATION * walker.random.normal());
    }
    return roundToCent(walker.price);
  };
}

function firstStep(seed: number, symbol: string): Walker {
  const random = createRandom(`venue:${seed}:${symbol}`);
  const start = 20 + 480 * random.uniform();
  return { random, step: 0, price: Number(START_PRICES[symbol] ?? start) };
}

function roundToCent(price: number): Decimal {
  const rounded = toDecimal(price).toDecimalPlaces(DECIMALS);
  const least = new Decimal('0.01');
  return rounded.lt(least) ? least : rounded;
}
