/** What the answer to an order proves at Alpaca: over all codes, with every body we know of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proofOfSend, type SendEvidence } from '../../../domain/execution/outcome-table.ts';

type Reply = Extract<SendEvidence, { kind: 'reply' }>;
const reply = (status: number, changes: Partial<Reply> = {}): Reply => ({
  kind: 'reply',
  status,
  code: null,
  message: null,
  order: 'none',
  ...changes,
});
const provenBy = (evidence: SendEvidence): string => {
  const proof = proofOfSend('alpaca', evidence);
  return proof.proves === 'rejected' ? `rejected ${proof.code}` : proof.proves;
};

describe('the outcome table of Alpaca', () => {
  it('takes 200 and 201 with the very order for accepted, without it for nothing', () => {
    expect(provenBy(reply(200, { order: 'ours' }))).toBe('accepted');
    expect(provenBy(reply(201, { order: 'ours' }))).toBe('accepted');
    expect(provenBy(reply(200, { order: 'refused' }))).toBe('rejected VENUE_REJECTED');
    expect(provenBy(reply(200))).toBe('nothing');
    expect(provenBy(reply(202, { order: 'ours' }))).toBe('nothing');
    expect(provenBy(reply(307))).toBe('nothing');
  });

  it.each([
    [401, null, null, 'AUTH'],
    [401, '40110000', 'request is not authorized', 'AUTH'],
    [403, null, 'forbidden.', 'AUTH'],
    [403, '40310000', 'insufficient buying power', 'VENUE_REFUSED'],
    [403, '40310000', 'insufficient qty available for order (requested: 2, available: 1)', 'VENUE_REFUSED'],
    [403, '40310000', 'potential wash trade detected. use complex orders', 'VENUE_REFUSED'],
    [403, '40310100', 'trade denied due to pattern day trading protection', 'VENUE_REFUSED'],
    [422, '40010001', 'qty must be > 0', 'VENUE_INVALID'],
    [422, '40010001', 'us_equity orders not allowed for account', 'VENUE_INVALID'],
    [422, '42210000', 'invalid crypto time_in_force', 'VENUE_INVALID'],
  ])('%i %s "%s" refuses for good: %s', (status, code, message, as) => {
    expect(provenBy(reply(status, { code, message }))).toBe(`rejected ${as}`);
  });

  it.each([
    [422, '40010001', 'client_order_id must be unique'],
    [422, '40010001', 'client order id must be unique'],
    [422, '42210000', 'ClientOrderId is in use'],
    [422, '40010001', null],
    [422, null, 'unprocessable'],
    [422, '99999999', 'something new'],
    [403, null, null],
    [403, null, 'Access denied | error 1020'],
    [403, '40300000', 'blocked by the gateway'],
    [400, '40010000', 'request body format is invalid'],
    [404, '40410000', 'not found'],
    [408, null, 'timeout'],
    [409, null, 'conflict'],
    [418, null, null],
    [429, '42910000', 'rate limit exceeded'],
    [500, '50010000', 'internal server error'],
    [503, null, 'no capacity'],
    [504, null, null],
  ])('%i %s "%s" proves nothing', (status, code, message) => {
    expect(provenBy(reply(status, { code, message }))).toBe('nothing');
  });

  it('proves nothing by a bare status from 400 to 599, but for 401', () => {
    const definitive: number[] = [];
    for (let status = 400; status <= 599; status += 1) {
      if (provenBy(reply(status)) !== 'nothing') definitive.push(status);
    }
    expect(definitive).toEqual([401]);
  });

  it('takes no status but 401, 403 and 422 for a refusal, and none but 200 and 201 for an acceptance', () => {
    const texts = fc.option(fc.constantFrom('40310000', '40010001', '42210000', 'forbidden.', 'qty must be > 0', ''));
    const orders = fc.constantFrom('ours' as const, 'refused' as const, 'none' as const);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), texts, texts, orders, (status, code, message, order) => {
        const proof = provenBy(reply(status, { code, message, order }));
        if (proof === 'accepted') expect([200, 201]).toContain(status);
        if (proof.startsWith('rejected')) expect([200, 201, 401, 403, 422]).toContain(status);
      }),
      { numRuns: 10_000 },
    );
  });

  it('takes only a failure before the first byte for not sent', () => {
    const failure = (phase: 'beforeSend' | 'unknown' | 'afterSend'): SendEvidence => ({
      kind: 'failure',
      phase,
      reason: 'ECONNREFUSED',
    });
    expect(provenBy(failure('beforeSend'))).toBe('rejected NOT_SENT');
    expect(provenBy(failure('unknown'))).toBe('nothing');
    expect(provenBy(failure('afterSend'))).toBe('nothing');
  });

  it('keeps what the venue said as the reason', () => {
    const proof = proofOfSend('alpaca', reply(403, { code: '40310000', message: 'insufficient buying power' }));
    expect(proof).toMatchObject({ reason: 'HTTP 403 40310000 insufficient buying power' });
  });
});
