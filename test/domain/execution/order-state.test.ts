import { describe, expect, it } from 'vitest';
import {
  canMove,
  countsAsExposure,
  ImpossibleOrderMove,
  isTerminal,
  isWorking,
  moveByBust,
  moveOrder,
} from '../../../domain/execution/order-state.ts';
import { type OrderState, orderStateSchema } from '../../../schemas/execution.ts';

/** Written out again, so that a change of the table is a change of two places. */
const ALLOWED = new Set([
  'PROPOSED>GATED',
  'PROPOSED>DENIED',
  'GATED>INTENT',
  'INTENT>CLAIMED',
  'CLAIMED>SENT',
  'CLAIMED>ABSENT',
  'SENT>ACKED',
  'SENT>REJECTED',
  'SENT>UNKNOWN',
  'ACKED>PARTIAL',
  'ACKED>FILLED',
  'ACKED>CANCELED',
  'ACKED>EXPIRED',
  'ACKED>CANCEL_SENT',
  'PARTIAL>FILLED',
  'PARTIAL>CANCELED',
  'PARTIAL>EXPIRED',
  'PARTIAL>CANCEL_SENT',
  'CANCEL_SENT>CANCELED',
  'CANCEL_SENT>CANCEL_UNKNOWN',
  'CANCEL_SENT>FILLED',
  'CANCEL_UNKNOWN>CANCELED',
  'CANCEL_UNKNOWN>FILLED',
  'CANCEL_UNKNOWN>MANUAL',
  'UNKNOWN>ACKED',
  'UNKNOWN>PARTIAL',
  'UNKNOWN>FILLED',
  'UNKNOWN>CANCELED',
  'UNKNOWN>REJECTED',
  'UNKNOWN>ABSENT',
  'UNKNOWN>MANUAL',
  'MANUAL>ACKED',
  'MANUAL>PARTIAL',
  'MANUAL>CANCELED',
  'MANUAL>ABSENT',
]);
const STATES = orderStateSchema.options;
const those = (is: (state: OrderState) => boolean): OrderState[] => STATES.filter(is);

describe('the life of an order', () => {
  it('has exactly the moves of the table, for every pair of states', () => {
    for (const from of STATES) {
      for (const to of STATES) {
        const allowed = ALLOWED.has(`${from}>${to}`);
        expect(canMove(from, to), `${from}>${to}`).toBe(allowed);
        if (allowed) expect(moveOrder(from, to)).toBe(to);
        else expect(() => moveOrder(from, to)).toThrow(ImpossibleOrderMove);
      }
    }
  });

  it('ends in denied, rejected, filled, canceled, expired, absent; a person, too, leads there only', () => {
    expect(those(isTerminal)).toEqual(['DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED', 'ABSENT']);
  });

  it('counts an order as exposure from its intent until it is known to be over', () => {
    expect(those((state) => !countsAsExposure(state))).toEqual([
      'PROPOSED',
      'GATED',
      'DENIED',
      'REJECTED',
      'FILLED',
      'CANCELED',
      'EXPIRED',
      'ABSENT',
    ]);
  });

  it('works only where the venue is known to hold it', () => {
    expect(those(isWorking)).toEqual(['ACKED', 'PARTIAL', 'CANCEL_SENT', 'CANCEL_UNKNOWN']);
  });

  it('leaves FILLED by a bust only: open again, with what is left or with nothing', () => {
    const moves = STATES.flatMap((from) => [true, false].map((isFilledStill) => [from, isFilledStill] as const))
      .map(([from, isFilledStill]) => `${from}>${moveByBust(from, isFilledStill)}`)
      .filter((move) => new Set(move.split('>')).size === 2);
    expect(moves).toEqual(['PARTIAL>ACKED', 'FILLED>PARTIAL', 'FILLED>ACKED']);
  });

  it('says what was possible instead', () => {
    expect(() => moveOrder('FILLED', 'ACKED')).toThrow(
      'an order in state FILLED cannot become ACKED; it can become nothing else',
    );
    expect(() => moveOrder('PROPOSED', 'SENT')).toThrow('it can become GATED, DENIED');
  });
});
