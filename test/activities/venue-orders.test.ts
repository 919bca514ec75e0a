/**
 * The order engine where something cannot leave, comes late or would leave twice: a venue of a few lines, real rules.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { protectLeft } from '../../activities/order/protect-left.ts';
import { CouldNotLeave, createVenueOrders, type VenueOrderParts } from '../../activities/order/venue-orders.ts';
import { type MemoryDesk, openMemoryDesk, ordersOf, writeOrders } from '../../exam/simulation/memory-desk.ts';
import { memoryStore } from '../../exam/simulation/memory-store.ts';
import type { Order } from '../../schemas/execution.ts';
import { deskLimitsSchema } from '../../schemas/risk.ts';
import type { SendOutcome, VenueAnswer, VenueFill, VenueOrder, VenuePosition } from '../../schemas/venue.ts';
import { exitOrder, order, stopLeg } from '../domain/execution/support.ts';

const REFUSED: SendOutcome = { kind: 'rejected', code: 'VENUE_REFUSED', message: 'available 0' };
const NOT_SENT: SendOutcome = { kind: 'rejected', code: 'NOT_SENT', message: 'the bucket is paused' };
let nowMs = 0;
let desk: MemoryDesk;
let there: Map<string, VenueOrder>;
let fills: VenueFill[];
/** Answers in place of the venue, first come first served; empty: it takes every order. */
let scripted: SendOutcome[];
let sent: Order[];
/** What the venue says it holds, and what happens beside a cancel. */
let positionsNow: () => VenueAnswer<readonly VenuePosition[]> = () => ({ kind: 'answered', value: [] });
let whenCancelled = (): void => undefined;
/** How many look-ups fail before the next answer. */
let blind = 0;
beforeEach(() => {
  nowMs = 1_000_000;
  blind = 0;
  there = new Map();
  [fills, scripted, sent] = [[], [], []];
  whenCancelled = () => undefined;
  positionsNow = () => holding('10');
  const limits = deskLimitsSchema.parse({});
  const named = { accountId: 'venue-1', venue: 'model', cash: '100000', idProfile: 'lifetime-unique' } as const;
  desk = openMemoryDesk({ ...named, limits, nowMs: () => nowMs });
});

const parts = (): VenueOrderParts => ({
  store: memoryStore(desk),
  nowMs: () => nowMs,
  sleep: async (ms) => {
    nowMs += ms;
  },
  venue: {
    name: 'model',
    lot: async () => null,
    positions: async () => positionsNow(),
    cash: async () => ({ kind: 'answered', value: { cash: '0', currency: 'USD' } }),
    send: async (one) => scripted.shift() ?? takes(one),
    lookUp: async (id) => {
      blind -= 1;
      if (blind >= 0) return { kind: 'failed', reason: 'cut' };
      const found = there.get(id);
      return found === undefined ? { kind: 'notFound' } : { kind: 'found', order: found };
    },
    openOrders: async () => ({ kind: 'answered', value: [...there.values()].filter((one) => one.state === 'ACKED') }),
    fills: async () => ({ kind: 'answered', value: fills }),
    busts: async () => ({ kind: 'answered', value: [] }),
    cancel: async ({ clientOrderId }) => {
      const order = changed(clientOrderId, { state: 'CANCELED' });
      whenCancelled();
      return { kind: 'canceled', order };
    },
  },
});
const engine = () => createVenueOrders(parts());

const holding = (quantity: string): VenueAnswer<readonly VenuePosition[]> => ({
  kind: 'answered',
  value: [{ symbol: order().symbol, quantity, averagePrice: null }],
});

/** Market orders fill at once, others rest. */
function takes(one: Order): SendOutcome {
  sent.push(one);
  const { clientOrderId, symbol, side, quantity, limitPrice, stopPrice } = one;
  const named = { venueOrderId: `v-${clientOrderId}`, clientOrderId, symbol, side, quantity, limitPrice, stopPrice };
  const accepted = {
    quantityFilled: '0',
    averagePrice: null,
    state: 'ACKED',
    venueStatus: 'new',
    submittedAtMs: nowMs,
  };
  there.set(clientOrderId, { ...named, ...accepted, state: 'ACKED' });
  if (one.type === 'market') fillsAtVenue(one, quantity);
  return { kind: 'accepted', order: { ...named, ...accepted, state: 'ACKED' } };
}

function changed(clientOrderId: string, change: Partial<VenueOrder>): VenueOrder {
  const before = there.get(clientOrderId);
  if (before === undefined) throw new Error(`${clientOrderId} is not there`);
  there.set(clientOrderId, { ...before, ...change });
  return { ...before, ...change };
}

function fillsAtVenue({ clientOrderId, symbol, side }: Order, quantity: string): void {
  changed(clientOrderId, { state: 'FILLED', quantityFilled: quantity, venueStatus: 'filled' });
  const named = { tradeId: `t-${clientOrderId}`, venueOrderId: `v-${clientOrderId}`, symbol, side, quantity };
  fills.push({ ...named, price: '100', fee: null, atMs: nowMs });
}

const HERE = { accountId: 'venue-1', venue: 'model', state: 'INTENT', sentAtMs: null, sessionId: null } as const;
const anEntry = (): Order => order({ ...HERE, quantity: '10' });
const record = (...orders: readonly Order[]): void => writeOrders(desk, orders);
const statesOf = (decisionId: string): string[] => ordersOf(desk, decisionId).map((one) => `${one.leg} ${one.state}`);
const recordEntry = (): void => record(anEntry(), stopLeg('95', { ...HERE, quantity: '10' }));
const recordExit = (): void => record(exitOrder({ ...HERE, quantity: '10' }));

/** 10 held, with its stop at the venue. */
async function held(): Promise<void> {
  recordEntry();
  await engine().submit('d-1', null);
  expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop ACKED']);
}

/** Somebody else's order for 3 of them rests there. */
function closedElsewhere(): VenueAnswer<readonly VenuePosition[]> {
  const other = { venueOrderId: 'v-other', clientOrderId: 'other', symbol: order().symbol, side: 'sell' } as const;
  const numbers = { quantity: '3', quantityFilled: '0', averagePrice: null, limitPrice: '200', stopPrice: null };
  there.set('other', { ...other, ...numbers, state: 'ACKED', venueStatus: 'new', submittedAtMs: nowMs });
  return holding('10');
}

describe('an exit', () => {
  it('that is proven to be still here waits at INTENT and is tried again, however often it takes', async () => {
    await held();
    recordExit();
    scripted = Array.from({ length: 25 }, () => NOT_SENT);
    for (let turn = 1; turn <= 25; turn += 1) await expect(engine().submit('d-2', null)).rejects.toThrow(CouldNotLeave);
    expect(statesOf('d-2')).toEqual(['exit INTENT']);
    expect((await engine().submit('d-2', null)).refusal).toBeNull();
    expect(statesOf('d-2')).toEqual(['exit FILLED']);
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop CANCELED']);
  });

  it('of a frozen account does not leave, and the stop of its position stays', async () => {
    await held();
    recordExit();
    desk.frozen = 'books and venue differ';
    expect((await engine().submit('d-2', null)).refusal).toMatchObject({ rule: 'accountStanding' });
    expect(statesOf('d-2')).toEqual(['exit ABSENT']);
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop ACKED']);
  });

  describe('whose stop was cancelled for it before the account was frozen', () => {
    beforeEach(async () => {
      await held();
      recordExit();
      whenCancelled = () => {
        desk.frozen = 'books and venue differ';
      };
    });

    it('leaves, for the venue holds what it closes', async () => {
      expect((await engine().submit('d-2', null)).refusal).toBeNull();
      expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop CANCELED']);
      expect(statesOf('d-2')).toEqual(['exit FILLED']);
      expect(sent.at(-1)).toMatchObject({ leg: 'exit', quantity: '10' });
    });

    it.each([
      ['less than the books have', () => holding('4'), '4'],
      ['some of which another order there closes', closedElsewhere, '7'],
    ])('leaves for no more than the venue has, %s', async (_what, told, quantity) => {
      positionsNow = told;
      positionsNow();
      await engine().submit('d-2', null);
      expect(sent.at(-1)).toMatchObject({ leg: 'exit', quantity });
    });

    it('stays where the venue holds nothing, or the other side', async () => {
      positionsNow = () => holding('-10');
      expect((await engine().submit('d-2', null)).refusal).toMatchObject({ rule: 'reduceOnly' });
      expect(statesOf('d-2')).toEqual(['exit ABSENT']);
    });

    it('waits while the venue does not say what it holds, and is tried again by whoever comes after', async () => {
      positionsNow = () => ({ kind: 'failed', reason: 'cut' });
      await expect(engine().submit('d-2', null)).rejects.toThrow('overtaken by a freeze');
      expect(statesOf('d-2')).toEqual(['exit INTENT']);
      positionsNow = () => holding('10');
      await engine().submit('d-2', null);
      expect(statesOf('d-2')).toEqual(['exit FILLED']);
    });
  });

  it('does not leave beside a stop that left after the way was cleared', async () => {
    await held();
    recordExit();
    const [stop] = ordersOf(desk, 'd-1').filter((one) => one.leg === 'stop');
    if (stop === undefined) throw new Error('no stop');
    await expect(memoryStore(desk).claim('d-2', 'opening')).rejects.toThrow(`${stop.clientOrderId} (ACKED)`);
    expect(statesOf('d-2')).toEqual(['exit INTENT']);
  });
});

describe('a leg', () => {
  it('is not given up while no byte of it leaves, and a refusal after that is proof', async () => {
    recordEntry();
    scripted = [takesLater(), ...Array.from({ length: 25 }, () => NOT_SENT)];
    await expect(engine().submit('d-1', null)).rejects.toThrow(CouldNotLeave);
    for (let turn = 2; turn <= 25; turn += 1) await expect(engine().look('d-1')).rejects.toThrow(CouldNotLeave);
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop INTENT']);
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop ACKED']);
  });

  it('that the venue refuses goes out again under its own id, with a pause between, and is placed once', async () => {
    recordEntry();
    scripted = [takesLater(), REFUSED, REFUSED];
    await engine().submit('d-1', null);
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop INTENT']);
    await engine().look('d-1');
    expect(scripted).toHaveLength(1);
    nowMs += 1_000;
    await engine().look('d-1');
    expect(scripted).toHaveLength(0);
    nowMs += 1_999;
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop INTENT']);
    nowMs += 1;
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop ACKED']);
    expect(sent.filter((one) => one.leg === 'stop').map((one) => one.quantity)).toEqual(['10']);
  });

  it('that the venue never takes has twenty sendings, and has then ended', async () => {
    recordEntry();
    scripted = [takesLater(), ...Array.from({ length: 40 }, () => REFUSED)];
    await engine().submit('d-1', null);
    const openedMs = nowMs;
    for (let turn = 0; turn < 600 && !statesOf('d-1').includes('stop REJECTED'); turn += 1) {
      nowMs += 1_000;
      await engine().look('d-1');
    }
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop REJECTED']);
    expect(scripted).toHaveLength(20);
    expect(nowMs - openedMs).toBeGreaterThan(5 * 60_000);
  });

  it('that the venue refuses ends where ids may be used anew: a second sending could be a second order', async () => {
    desk = openMemoryDesk({ ...desk, cash: '100000', idProfile: 'open-only', nowMs: () => nowMs });
    recordEntry();
    scripted = [takesLater(), REFUSED];
    await engine().submit('d-1', null);
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop REJECTED']);
  });

  it('that was refused after a sending nobody knows of is looked for, and not sent while it may be there', async () => {
    recordEntry();
    scripted = [takesLater(), { kind: 'ambiguous', reason: 'cut' }];
    await engine().submit('d-1', null);
    for (let turn = 0; turn < 5; turn += 1) {
      nowMs += 15_000;
      if (turn === 4) scripted = [REFUSED];
      await engine().look('d-1');
    }
    expect(scripted).toHaveLength(0);
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop UNKNOWN']);
  });

  it('that was refused is sent by the reconciliation when its workflow is gone', async () => {
    recordEntry();
    scripted = [takesLater(), REFUSED, NOT_SENT];
    await engine().submit('d-1', null);
    await protectLeft(parts(), 'venue-1');
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop INTENT']);
    for (const state of ['INTENT', 'ACKED']) {
      nowMs += 60_000;
      await protectLeft(parts(), 'venue-1');
      expect(statesOf('d-1')).toEqual(['entry FILLED', `stop ${state}`]);
    }
  });

  it('that was refused ends when its position is closed, and is not placed beside the exit', async () => {
    recordEntry();
    scripted = [takesLater(), REFUSED];
    await engine().submit('d-1', null);
    recordExit();
    await engine().submit('d-2', null);
    expect(statesOf('d-2')).toEqual(['exit FILLED']);
    nowMs += 60_000;
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop ABSENT']);
    expect(sent.map((one) => one.leg)).toEqual(['entry', 'exit']);
  });

  it('that may go out again waits while an exit on its way closes all of it, ends when that has filled', async () => {
    await held();
    recordExit();
    const [entry, stop] = ordersOf(desk, 'd-1');
    if (entry === undefined || stop === undefined) throw new Error('no legs');
    record({ ...stop, state: 'ABSENT' });
    scripted = [{ kind: 'ambiguous', reason: 'cut' }];
    await engine().submit('d-2', null);
    expect(statesOf('d-2')).toEqual(['exit UNKNOWN']);
    const before = sent.length;
    await engine().look('d-1');
    expect(sent).toHaveLength(before);
    takes(ordersOf(desk, 'd-2')[0] as Order);
    await engine().look('d-2');
    await engine().look('d-1');
    expect(statesOf('d-2')).toEqual(['exit FILLED']);
    expect(sent.filter((one) => one.leg === 'stop')).toHaveLength(1);
  });

  it('is cancelled when its position is gone', async () => {
    await held();
    desk.positions = desk.positions.map((one) => ({ ...one, quantity: one.quantity.minus(10) }));
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop CANCELED']);
  });
});

describe('an entry that stays filled in part for 30 s', () => {
  const RESTED_MS = 300_000;

  /** A limit that rests for five minutes before 4 of 10 fill. */
  beforeEach(async () => {
    record({ ...anEntry(), type: 'limit', limitPrice: '100' }, stopLeg('95', { ...HERE, quantity: '10' }));
    await engine().submit('d-1', null);
    nowMs += RESTED_MS;
    const [entry] = ordersOf(desk, 'd-1');
    fillsAtVenue(entry as Order, '4');
    changed((entry as Order).clientOrderId, { state: 'PARTIAL' });
    await engine().look('d-1');
  });

  it('keeps its rest until then, however long it had rested before', async () => {
    expect(statesOf('d-1')).toEqual(['entry PARTIAL', 'stop INTENT']);
    nowMs += 30_000;
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry PARTIAL', 'stop INTENT']);
  });

  it('loses its rest then, and what it brought is protected', async () => {
    nowMs += 30_001;
    await engine().look('d-1');
    expect(statesOf('d-1')).toEqual(['entry CANCELED', 'stop ACKED']);
    expect(sent.at(-1)).toMatchObject({ leg: 'stop', quantity: '4' });
  });
});

it('protects an entry that fills after it was given up, by the reconciliation, when nobody else is left', async () => {
  recordEntry();
  scripted = [{ kind: 'ambiguous', reason: 'cut' }];
  await engine().submit('d-1', null);
  const [entry] = ordersOf(desk, 'd-1');
  if (entry === undefined) throw new Error('no entry');
  for (let turn = 0; turn < 10; turn += 1) {
    nowMs += 15_000;
    await engine().look('d-1');
  }
  expect(statesOf('d-1')).toEqual(['entry ABSENT', 'stop ABSENT']);
  takes(entry);
  await memoryStore(desk).take(entry.clientOrderId, there.get(entry.clientOrderId) ?? null, fills);
  expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop INTENT']);
  await protectLeft(parts(), 'venue-1');
  expect(statesOf('d-1')).toEqual(['entry FILLED', 'stop ACKED']);
});

it('cancels an order that is found only after the first try to cancel it', async () => {
  const resting = { ...anEntry(), type: 'limit', limitPrice: '90' } as const;
  record(resting, stopLeg('85', { ...HERE, quantity: '10' }));
  scripted = [{ kind: 'ambiguous', reason: 'cut' }];
  await engine().submit('d-1', null);
  takes(resting);
  blind = 1;
  const { own } = await engine().cancel('d-1', 'changed my mind');
  expect(own.map((one) => one.state)).toEqual(['CANCELED', 'ABSENT']);
});

/** The entry's own answer. */
const takesLater = (): SendOutcome => takes(ordersOf(desk, 'd-1')[0] as Order);
