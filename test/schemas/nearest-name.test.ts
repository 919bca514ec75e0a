/** What a mistyped name was meant to be. */
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../schemas/nearest-name.ts';

const KNOWN = ['positionsMax', 'positionFractionMax', 'dailyLossMaxUsd', 'confidenceMin'];

describe('the nearest name', () => {
  it('is found through a missing letter, wrong case and another order of the words', () => {
    expect(nearestName('positonsMax', KNOWN)).toBe('positionsMax');
    expect(nearestName('CONFIDENCEMIN', KNOWN)).toBe('confidenceMin');
    expect(nearestName('maxPostion', KNOWN)).toBe('positionsMax');
    expect(nearestName('daily_loss_max_usd', KNOWN)).toBe('dailyLossMaxUsd');
    expect(nearestName('BTCUSDT', ['ETH/USDT', 'BTC/USDT'])).toBe('BTC/USDT');
  });

  it('is null when nothing is near enough to be meant', () => {
    expect(nearestName('colour', KNOWN)).toBeNull();
    expect(nearestName('positionsMax', [])).toBeNull();
  });
});
