/** Who may send: two exits of one position, a leg that ended before, a refusal of a second sending. */
import { describe, expect, it } from 'vitest';
import { endingWith, provenBy, sizeClaim } from '../../../domain/execution/venue-claim.ts';
import type { Order } from '../../../schemas/execution.ts';
import { order } from './support.ts';

const exit = (decisionId: string, change: Partial<Order> = {}): Order =>
  order({ decisionId, leg: 'exit', side: 'sell', quantity: '10', state: 'INTENT', ...change });
const sizedWith = (open: readonly Order[]) => {
  const waiting = [exit('second')];
  return sizeClaim(waiting, waiting, { held: '10', fills: [], open });
};

describe('a second exit of a position', () => {
  it('closes what the first one leaves', () => {
    const first = exit('first', { state: 'PARTIAL', quantity: '7', quantityFilled: '2' });
    expect(sizedWith([first]).sending.map((one) => one.quantity)).toEqual(['5']);
  });

  it('is refused when the first one, of which nobody knows yet, may close all of it', () => {
    expect(sizedWith([exit('first', { state: 'UNKNOWN' })]).refusal).toMatchObject({ rule: 'reduceOnly' });
  });

  it('does not wait for one that has not left, nor for one of another symbol', () => {
    const others = [exit('first'), exit('other', { state: 'SENT', symbol: 'ETH/USDT' })];
    expect(sizedWith(others).sending.map((one) => one.quantity)).toEqual(['10']);
  });
});

it('ends what waits as it is recorded: a leg that was refused before keeps its end', () => {
  const refused = exit('d', { leg: 'stop', state: 'REJECTED' });
  expect(endingWith([refused], [{ ...refused, state: 'INTENT' }])).toEqual([refused]);
});

it('does not take the refusal of a second sending for proof where an id is taken for life', () => {
  const refusal = { kind: 'rejected', code: 'VENUE_REFUSED', message: 'no' } as const;
  expect(provenBy(refusal, 1, 'lifetime-unique')).toBe(refusal);
  expect(provenBy(refusal, 2, 'open-only')).toBe(refusal);
  expect(provenBy(refusal, 2, 'lifetime-unique')).toMatchObject({ kind: 'ambiguous' });
});
