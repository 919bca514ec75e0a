/** What the answer to an order proves at Binance: with every code we know of, and over all others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proofOfSend, type SendEvidence } from '../../../domain/execution/outcome-table.ts';

const provenBy = (status: number, code: string | null, message: string | null, order: 'ours' | 'none' = 'none') => {
  const evidence: SendEvidence = { kind: 'reply', status, code, message, order };
  const proof = proofOfSend('ccxt-binance', evidence);
  return proof.proves === 'rejected' ? `rejected ${proof.code}` : proof.proves;
};

describe('the outcome table of Binance', () => {
  it('takes 200 with the very order for accepted, without it for nothing', () => {
    expect(provenBy(200, null, null, 'ours')).toBe('accepted');
    expect(provenBy(200, null, null)).toBe('nothing');
    expect(provenBy(201, null, null, 'ours')).toBe('nothing');
  });

  it.each([
    [400, '-2010', 'Account has insufficient balance for requested action.', 'VENUE_REFUSED'],
    [400, '-2010', 'Stop price would trigger immediately.', 'VENUE_REFUSED'],
    [400, '-2019', 'Margin is insufficient.', 'VENUE_REFUSED'],
    [400, '-2022', 'ReduceOnly Order is rejected.', 'VENUE_REFUSED'],
    [400, '-1013', 'Filter failure: MIN_NOTIONAL', 'VENUE_INVALID'],
    [400, '-1121', 'Invalid symbol.', 'VENUE_INVALID'],
    [400, '-4164', "Order's notional must be no smaller than 5", 'VENUE_INVALID'],
    [400, '-1021', 'Timestamp for this request is outside of the recvWindow.', 'CLOCK_DRIFT'],
    [401, '-2015', 'Invalid API-key, IP, or permissions for action.', 'AUTH'],
    [400, '-1022', 'Signature for this request is not valid.', 'AUTH'],
  ])('%i %s "%s" refuses for good: %s', (status, code, message, as) => {
    expect(provenBy(status, code, message)).toBe(`rejected ${as}`);
  });

  it.each([
    [400, '-2010', 'Duplicate order sent.'],
    [400, '-4116', 'ClientOrderId is duplicated.'],
    [400, '-2010', null],
    [400, '-1000', 'An unknown error occurred while processing the request.'],
    [400, '-1006', 'An unexpected response was received. Execution status unknown.'],
    [400, '-1007', 'Timeout waiting for response from backend server.'],
    [400, '-1008', 'Server is currently overloaded with other requests.'],
    [429, '-1015', 'Too many new orders.'],
    [429, '-1003', 'Too many requests.'],
    [418, '-1003', 'Way too many requests; IP banned.'],
    [400, null, 'bad request'],
    [403, null, 'forbidden'],
    [503, '-2010', 'Account has insufficient balance for requested action.'],
    [502, null, null],
  ])('%i %s "%s" proves nothing', (status, code, message) => {
    expect(provenBy(status, code, message)).toBe('nothing');
  });

  it('takes no code it does not know for a proof', () => {
    const known =
      /^-(10(13|21|22)|11(00|02|04|06|11|15|16|17|21)|20(1[0-589]|2[12])|40(03|04|05|14|23|24|61)|4131|4164)$/;
    const codes = fc.integer({ min: -6_000, max: 6_000 }).map(String);
    const anything = fc.tuple(fc.integer({ min: 100, max: 599 }), fc.option(codes), fc.option(fc.string()));
    fc.assert(
      fc.property(anything, ([status, code, message]) => {
        fc.pre(code === null || !known.test(code));
        expect(provenBy(status, code, message)).toBe('nothing');
      }),
      { seed: 11 },
    );
  });

  it('takes a request that never left for not sent, and one that may have left for nothing', () => {
    const failed = (phase: 'beforeSend' | 'unknown' | 'afterSend') =>
      proofOfSend('ccxt-binance', { kind: 'failure', phase, reason: 'cut' });
    expect(failed('beforeSend')).toMatchObject({ proves: 'rejected', code: 'NOT_SENT' });
    expect(failed('unknown').proves).toBe('nothing');
    expect(failed('afterSend').proves).toBe('nothing');
  });
});
