import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientOrderIdOf, decisionIdOf, orderHashOf, tradeIdOf } from '../../../domain/execution/identity.ts';
import { legSchema, type OrderIntent, orderIntentSchema } from '../../../schemas/execution.ts';
import { order } from './support.ts';

const intent = (change: Partial<OrderIntent> = {}): OrderIntent => {
  const { sessionId, venue, venueOrderId, simulated, state, quantityFilled, sentAtMs, ...rest } = order(change);
  return rest;
};

describe('names of decisions, orders and fills', () => {
  it('stay the same for the same parts, for ever', () => {
    expect(decisionIdOf('paper-1', 'strategy-session:btc', 7)).toBe('d-eb9af838aabe138655681c7e6b3b3f');
    expect(clientOrderIdOf('d-1', 'stop')).toBe(clientOrderIdOf('d-1', 'stop'));
    expect(tradeIdOf('abc-entry', 3)).toBe('abc-entry-3');
  });

  it('differ when account, workflow, sequence or leg differ', () => {
    const ids = [
      decisionIdOf('a', 'b', 1),
      decisionIdOf('ab', '', 1),
      decisionIdOf('a', 'b', 2),
      decisionIdOf('b', 'a', 1),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(new Set(legSchema.options.map((leg) => clientOrderIdOf('d-1', leg))).size).toBe(legSchema.options.length);
  });

  it('fit every venue: at most 36 of a-z, 0-9 and dash', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.nat(),
        fc.constantFrom(...legSchema.options),
        (account, workflow, n, leg) => {
          const id = clientOrderIdOf(decisionIdOf(account, workflow, n), leg);
          return orderIntentSchema.shape.clientOrderId.safeParse(id).success;
        },
      ),
    );
  });
});

describe('the hash an approver signs', () => {
  const entry = intent();
  const stop = intent({ leg: 'stop', type: 'stop', stopPrice: '95' });

  it('does not depend on the order of the intents or the time they were made', () => {
    expect(orderHashOf([entry, stop])).toBe(orderHashOf([stop, { ...entry, createdAtMs: 9 }]));
  });

  it('changes with anything that would be sent', () => {
    const hash = orderHashOf([entry, stop]);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(orderHashOf([entry])).not.toBe(hash);
    expect(orderHashOf([{ ...entry, quantity: '1.00000001' }, stop])).not.toBe(hash);
    expect(orderHashOf([entry, { ...stop, stopPrice: '94' }])).not.toBe(hash);
  });
});
