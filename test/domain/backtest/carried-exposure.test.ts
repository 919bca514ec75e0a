/** What was carried from bar to bar, by hand: |quantity| × close / wealth there, and a bar counts at its close. */
import { expect, it } from 'vitest';
import { carriedExposure } from '../../../domain/backtest/carried-exposure.ts';
import { barsOf, HOUR_MS, START_MS } from './walk-fixture.ts';

const at = (bar: number): number => START_MS + bar * HOUR_MS;
const closesMs = (bars: number): number[] => Array.from({ length: bars }, (_, i) => at(i + 1));
const fill = (side: 'buy' | 'sell', quantity: string, atMs: number, symbol = 'BTC/USDT') => ({
  ...{ symbol, side, quantity, atMs },
});
const BTC = barsOf([100, 110, 120, 90]);

it('is the value at the close over the wealth there, from the open that fills until the open that closes', () => {
  const fills = [fill('buy', '0.3', at(1)), fill('buy', '0.2', at(1)), fill('sell', '0.5', at(3))];
  const equity = [100, 100, 110, 120, 120];
  expect(carriedExposure({ equity, closesMs: closesMs(4), fills, series: [BTC] })).toEqual([0, 0.5, 0.5, 0]);
});

it('adds both sides of two symbols without sign, each at its own last close', () => {
  const ETH = barsOf([10, 20], { symbol: 'ETH/USDT' });
  const fills = [fill('buy', '1', at(1)), fill('sell', '5', at(1), 'ETH/USDT')];
  const input = { equity: [210, 210, 210, 220, 190], closesMs: closesMs(4), fills, series: [BTC, ETH] };
  expect(carriedExposure(input)).toEqual([0, 210 / 210, 220 / 220, 190 / 190]);
});

it('leaves out a position that was opened and stopped in one bar, and one that a close has opened', () => {
  const fills = [fill('buy', '1', at(1)), fill('sell', '1', at(1)), fill('buy', '1', at(3))];
  const equity = [100, 100, 100, 100, 90];
  expect(carriedExposure({ equity, closesMs: closesMs(4), fills, series: [BTC] })).toEqual([0, 0, 0, 1]);
});

it('has no measure for what is held without wealth, and none for a symbol without bars', () => {
  const held = { equity: [100, 100, -5], closesMs: closesMs(2), series: [BTC] };
  expect(carriedExposure({ ...held, fills: [fill('buy', '1', at(0))] })).toEqual([1, Number.POSITIVE_INFINITY]);
  expect(() => carriedExposure({ ...held, fills: [fill('buy', '1', at(0), 'SOL/USDT')] })).toThrow('SOL/USDT');
});
