/** Who may send: two exits of one position, a leg that ended before, a refusal of a second sending. */
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../domain/decimal.ts';
import { sizeClaim } from '../../../domain/execution/claim-sizing.ts';
import { lookAgainMs } from '../../../domain/execution/look-again.ts';
import { endingWithSession } from '../../../domain/execution/order-ends.ts';
import { isBare, revivedLegs, uselessLegs } from '../../../domain/execution/protection.ts';
import {
  countedWith,
  endingWith,
  haltRefusal,
  isStillDue,
  isToldElsewhere,
  maySendAgain,
  type PastSend,
  provenBy,
  waitingFor,
} from '../../../domain/execution/venue-claim.ts';
import type { Order } from '../../../schemas/execution.ts';
import { order, stopLeg } from './support.ts';

const REFUSED = { kind: 'rejected', code: 'VENUE_REFUSED', message: 'no' } as const;
const NOT_SENT = { kind: 'rejected', code: 'NOT_SENT', message: 'no connection' } as const;
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

describe('an entry at a venue with lots', () => {
  const entry = order({ quantity: '0.12345678', state: 'INTENT' });
  const sized = (lot: string | null) => sizeClaim([entry], [entry], { held: '0', fills: [], open: [], lot });

  it('goes out in whole lots, and as it is where any quantity is taken', () => {
    expect(sized('0.00001').sending.map((one) => one.quantity)).toEqual(['0.12345']);
    expect(sized(null).sending.map((one) => one.quantity)).toEqual(['0.12345678']);
  });

  it('is refused below one lot', () => {
    expect(sized('1')).toMatchObject({ sending: [], refusal: { rule: 'orderQuantity' } });
  });
});

it('ends what waits as it is recorded: a leg that was refused before keeps its end', () => {
  const refused = exit('d', { leg: 'stop', state: 'REJECTED' });
  expect(endingWith([refused], [{ ...refused, state: 'INTENT' }])).toEqual([refused]);
});

it('does not take the refusal of a second sending for proof where an id is taken for life', () => {
  expect(provenBy(REFUSED, { sends: 1, refusals: 0 }, 'lifetime-unique')).toBe(REFUSED);
  expect(provenBy(REFUSED, { sends: 2, refusals: 0 }, 'open-only')).toBe(REFUSED);
  expect(provenBy(REFUSED, { sends: 2, refusals: 0 }, 'lifetime-unique')).toMatchObject({ kind: 'ambiguous' });
  expect(provenBy(REFUSED, { sends: 3, refusals: 1 }, 'lifetime-unique')).toMatchObject({ kind: 'ambiguous' });
});

it('takes it for proof where the venue had refused each of the former ones', () => {
  expect(provenBy(REFUSED, { sends: 3, refusals: 2 }, 'lifetime-unique')).toBe(REFUSED);
});

describe('what the venue has not taken', () => {
  const once = { sends: 1, refusals: 1 };
  const stop = stopLeg('95', { state: 'SENT' });

  it('is still due where no byte of it left, but not an entry', () => {
    for (const profile of ['open-only', 'lifetime-unique'] as const) {
      expect(isStillDue(stop, NOT_SENT, { sends: 0, refusals: 0 }, profile)).toBe(true);
      expect(isStillDue(exit('x'), NOT_SENT, { sends: 0, refusals: 0 }, profile)).toBe(true);
      expect(isStillDue(order(), NOT_SENT, { sends: 0, refusals: 0 }, profile)).toBe(false);
    }
  });

  it('is still due when it is a refused leg whose id is taken once for life, twenty sendings in all', () => {
    expect(isStillDue(stop, REFUSED, once, 'lifetime-unique')).toBe(true);
    expect(isStillDue(stop, REFUSED, { sends: 19, refusals: 19 }, 'lifetime-unique')).toBe(true);
    expect(isStillDue(stop, REFUSED, { sends: 20, refusals: 20 }, 'lifetime-unique')).toBe(false);
    expect(isStillDue(stop, REFUSED, once, 'open-only')).toBe(false);
    expect(isStillDue(exit('x'), REFUSED, once, 'lifetime-unique')).toBe(false);
    expect(isStillDue(order(), REFUSED, once, 'lifetime-unique')).toBe(false);
  });

  it('is not, when the refusal has used its id up, no request can be made of it, or nothing is proven', () => {
    for (const code of ['VENUE_REJECTED', 'NOT_SENDABLE', 'VENUE_INVALID', 'AUTH'])
      expect(isStillDue(stop, { ...REFUSED, code }, once, 'lifetime-unique')).toBe(false);
    expect(isStillDue(stop, { kind: 'ambiguous', reason: 'cut' }, once, 'lifetime-unique')).toBe(false);
  });

  it('is counted: as never sent, as refused, or as one that may still arrive', () => {
    const counts = { sends: 3, refusals: 1 };
    const doubt = { kind: 'ambiguous', reason: 'sent before' } as const;
    expect(countedWith(NOT_SENT, doubt, counts)).toEqual({ sends: 2, refusals: 1 });
    expect(countedWith(REFUSED, REFUSED, counts)).toEqual({ sends: 3, refusals: 2 });
    expect(countedWith(REFUSED, doubt, counts)).toEqual(counts);
  });

  it('is told once: what never left at once, what is refused when three seconds of tries have not helped', () => {
    expect(isToldElsewhere(NOT_SENT, 1, { sends: 0, refusals: 0 })).toBe(false);
    expect(isToldElsewhere(NOT_SENT, 2, { sends: 0, refusals: 0 })).toBe(true);
    expect(isToldElsewhere(NOT_SENT, 3, { sends: 2, refusals: 2 })).toBe(false);
    const told = Array.from({ length: 19 }, (_, i) => ({ sends: i + 1, refusals: i + 1 }));
    expect(told.filter((one) => !isToldElsewhere(REFUSED, one.sends, one))).toEqual([{ sends: 3, refusals: 3 }]);
  });
});

describe('a leg that was refused', () => {
  const stop = stopLeg('95', { state: 'INTENT', sentAtMs: 0 });
  const waitingAt = (nowMs: number, refusals: number): number => {
    const past: PastSend = { epoch: refusals, sends: refusals, refusals, claimedAtMs: 0, guardRefused: false };
    return waitingFor([stop], 'protective', { pastOf: () => past, idProfile: 'lifetime-unique', nowMs }).length;
  };

  it('waits twice as long after each refusal, at most half a minute', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 19].map((refusals) => {
      const firstDueMs = Array.from({ length: 40 }, (_, i) => i * 1_000).find(
        (nowMs) => waitingAt(nowMs, refusals) > 0,
      );
      return firstDueMs ?? null;
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(waitingAt(0, 0)).toBe(1);
  });

  it('is looked at soon while it is young, then every ten seconds; one that waits for its entry is not', () => {
    const held = order({ state: 'FILLED', quantityFilled: '10' });
    expect(lookAgainMs([held, stop], 5_000, 30_000)).toBe(1_000);
    expect(lookAgainMs([held, stop], 15_000, 30_000)).toBe(10_000);
    expect(lookAgainMs([held, { ...stop, sentAtMs: null }], 1_000_000, 30_000)).toBe(10_000);
    expect(lookAgainMs([order({ state: 'ACKED', type: 'limit' }), stop], 5_000, 30_000)).toBe(30_000);
  });
});

describe('a leg that never left', () => {
  const absent = stopLeg('95', { state: 'ABSENT' });
  const past = { epoch: 500, sends: 0, refusals: 0, claimedAtMs: 0, guardRefused: true };

  it('may be tried as often as it takes, but not after twenty sendings that may have left', () => {
    expect(maySendAgain(absent, past, 'open-only')).toBe(true);
    expect(maySendAgain(absent, { ...past, guardRefused: false }, 'open-only')).toBe(false);
    expect(maySendAgain(absent, { ...past, sends: 20 }, 'open-only')).toBe(false);
  });

  it('covers what no exit on its way will close, and waits while that is nothing', () => {
    const entry = order({ quantity: '10', state: 'FILLED', quantityFilled: '10' });
    const stop = stopLeg('95', { quantity: '10', state: 'INTENT' });
    const named = { venue: 'v', accountId: 'a', strategyId: 's-1', symbol: entry.symbol, side: 'buy' } as const;
    const filling = {
      tradeId: 't',
      clientOrderId: entry.clientOrderId,
      quantity: '10',
      price: '100',
      fee: '0',
      atMs: 0,
    };
    const sized = (held: string, open: readonly Order[]) =>
      sizeClaim([stop], [entry, stop], { held, fills: [{ ...named, ...filling }], open });
    expect(sized('10', [exit('x', { state: 'SENT', quantity: '4' })]).sending).toMatchObject([{ quantity: '6' }]);
    expect(sized('10', [exit('x', { state: 'SENT' })])).toEqual({ sending: [], refusal: null, reason: null });
    expect(sized('0', []).reason).toMatch(/nothing of it is held/);
    expect(sized('-10', []).reason).toMatch(/nothing of it is held/);
  });
});

describe('what is held', () => {
  const stop = stopLeg('95', { state: 'ACKED', quantity: '10' });
  const ended = exit('x', { state: 'CANCELED' });

  it('is bare where stops and exits at work close less of it', () => {
    expect(isBare(ended, toDecimal(10), [stop], toDecimal(100))).toBe(false);
    expect(isBare(ended, toDecimal(10), [exit('y', { state: 'INTENT' })], toDecimal(100))).toBe(false);
    expect(isBare(ended, toDecimal(10), [{ ...stop, state: 'PARTIAL', quantityFilled: '3' }], toDecimal(100))).toBe(
      true,
    );
    expect(isBare(ended, toDecimal(10), [{ ...stop, symbol: 'ETH/USDT' }], toDecimal(100))).toBe(true);
    expect(isBare(ended, toDecimal(-10), [stop], toDecimal(100))).toBe(true);
    expect(isBare(ended, toDecimal(0), [], toDecimal(100))).toBe(false);
  });

  it('is not protected by the stop of an entry that has filled nothing', () => {
    const waiting = [order({ state: 'ACKED' }), { ...stop, state: 'INTENT' as const }];
    expect(isBare(ended, toDecimal(10), waiting, toDecimal(100))).toBe(true);
  });

  it('once it is nothing, makes the legs of it useless, on either side', () => {
    const orders = [order({ state: 'FILLED', quantityFilled: '1' }), stop];
    expect(uselessLegs(orders, toDecimal(1))).toEqual([]);
    expect(uselessLegs(orders, toDecimal(0))).toEqual([stop]);
    expect(uselessLegs(orders, toDecimal(-1))).toEqual([stop]);
  });
});

it('revives the stop of an entry that fills after its end, and no leg that ever left', () => {
  const [before, after] = [order({ state: 'CANCELED' }), order({ state: 'CANCELED', quantityFilled: '1' })];
  const [stop, target] = [stopLeg('95', { state: 'ABSENT' }), order({ leg: 'target', state: 'ABSENT' })];
  const revived = (entry: Order, claimed: readonly string[] = []) =>
    revivedLegs(before, entry, [entry, stop, target], new Set(claimed));
  expect(revived(after)).toEqual([{ ...stop, state: 'INTENT' }]);
  expect(revived(before)).toEqual([]);
  expect(revived(after, [stop.clientOrderId])).toEqual([]);
});

it('ends with a session what nobody will send: an entry with its legs, not the stop of an entry that has left', () => {
  const at = { venue: 'alpaca-paper', state: 'INTENT' } as const;
  const unsent = [order({ ...at, decisionId: 'a' }), stopLeg('95', { ...at, decisionId: 'a' })];
  const others = [stopLeg('95', { ...at, decisionId: 'b' }), exit('c', at)];
  expect(endingWithSession([...unsent, ...others])).toEqual(unsent);
  const onPaper = others.map((one) => ({ ...one, venue: 'paper' }));
  expect(endingWithSession(onPaper)).toEqual(onPaper);
});

it('sends no exit of a frozen account, but the legs of what has filled there', () => {
  expect(haltRefusal(exit('x', { reduceOnly: true }), null, 'differs')).toMatchObject({ rule: 'accountStanding' });
  expect(haltRefusal(exit('x', { reduceOnly: true }), 'a drill', null)).toBeNull();
  expect(haltRefusal(stopLeg('95'), 'a drill', 'differs')).toBeNull();
});
