/**
 * Fees that a venue takes of what a fill brings, and does not tell: what is missing there is the fee, if it can be one.
 */
import { describe, expect, it } from 'vitest';
import { type FeeFacts, withFees } from '../../../domain/execution/untold-fees.ts';
import type { VenueFill } from '../../../schemas/venue.ts';

const NAMED = { venueOrderId: 'v-1', symbol: 'BTC/USD', side: 'buy', fee: null, isFeeUntold: true, atMs: 1 } as const;
const buy = (tradeId: string, quantity: string): VenueFill => ({ ...NAMED, tradeId, quantity, price: '100' });
const sale = (tradeId: string, quantity: string): VenueFill => ({ ...buy(tradeId, quantity), side: 'sell' });
const facts = (theirs: Partial<FeeFacts['theirs']>, unbooked: readonly VenueFill[]): FeeFacts => ({
  ours: { held: '1', cash: '1000' },
  theirs: { held: '1', cash: '1000', ...theirs },
  unbooked,
});

describe('the fee of coins bought', () => {
  it('is what the venue holds less, in proportion to what each fill brought, to the last digit', () => {
    const fills = [buy('a', '1'), buy('b', '2')];
    const paid = withFees(fills, facts({ held: '3.9925' }, fills));
    expect(paid?.map((one) => one.feeQuantity)).toEqual(['0.0025', '0.005']);
    const uneven = withFees(fills, facts({ held: '3.992500001' }, fills));
    expect(uneven?.map((one) => one.feeQuantity)).toEqual(['0.002499999', '0.005']);
  });

  it('counts the fills of others in the same coin, and none of another', () => {
    const own = [buy('a', '2')];
    const other = { ...buy('b', '2'), symbol: 'ETH/USD' };
    const paid = withFees(own, facts({ held: '4.99' }, [...own, buy('c', '2'), other]));
    expect(paid?.map((one) => one.feeQuantity)).toEqual(['0.005']);
  });

  it.each([
    ['more than any fee', '10.9749'],
    ['a fill that the position does not show yet', '1'],
    ['more than was bought', '11.00001'],
  ])('is not known for %s', (_what, held) => {
    const own = [buy('a', '10')];
    expect(withFees(own, facts({ held }, own))).toBeNull();
  });

  it('is nothing where nothing is missing', () => {
    const own = [buy('a', '10')];
    expect(withFees(own, facts({ held: '11' }, own))?.[0]).toMatchObject({ feeQuantity: '0', fee: null });
  });
});

it('of coins sold is the money that is missing, all fills of the account counted', () => {
  const own = [sale('a', '0.5')];
  const share = { ...buy('s', '2'), symbol: 'SPY', isFeeUntold: undefined };
  const { isFeeUntold: _none, ...told } = share;
  const paid = withFees(own, facts({ cash: '849.875' }, [...own, told]));
  expect(paid?.[0]).toMatchObject({ fee: '0.125' });
  expect(withFees(own, facts({ cash: '849.8' }, [...own, told]))).toBeNull();
  expect(paid?.[0]).not.toHaveProperty('isFeeUntold');
});
