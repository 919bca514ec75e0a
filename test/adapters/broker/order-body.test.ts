/** Prices as Alpaca takes them: shares on their tick, pairs as they are. */
import { expect, it } from 'vitest';
import { orderBody } from '../../../adapters/broker/alpaca/order-body.ts';
import { order, stopLeg } from '../../domain/execution/support.ts';

const pricesOf = (made: ReturnType<typeof orderBody>) => {
  if (!made.ok) throw new Error(made.message);
  const { limit_price: limit, stop_price: stop } = made.body;
  return { limit, stop };
};
const limit = (side: 'buy' | 'sell', limitPrice: string, symbol = 'SPY') =>
  pricesOf(orderBody(order({ symbol, side, type: 'limit', limitPrice })));

it('moves the limit of a share to the tick that is not worse for us', () => {
  expect(limit('buy', '500.119').limit).toBe('500.11');
  expect(limit('sell', '500.111').limit).toBe('500.12');
  expect(limit('buy', '0.12349').limit).toBe('0.1234');
  expect(limit('buy', '500.11').limit).toBe('500.11');
});

it('moves a stop to the nearest tick, and leaves the prices of pairs alone', () => {
  expect(pricesOf(orderBody(stopLeg('499.996', { symbol: 'SPY' }))).stop).toBe('500');
  expect(limit('buy', '60000.123456', 'BTC/USD').limit).toBe('60000.123456');
});
