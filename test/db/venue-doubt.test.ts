/** Orders in doubt on real books: a cancel that the venue answers by not knowing the order, and what a person ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelOrder } from '../../activities/order/cancel-order.ts';
import { lookAtOrder } from '../../activities/order/look-at-order.ts';
import type { VenueOrderParts } from '../../activities/order/venue-order-parts.ts';
import { loadGovernance } from '../../config/policy-files.ts';
import { noteReconciled, standingOf } from '../../db/account-standings.ts';
import { readAccount } from '../../db/accounts.ts';
import { setFillsAside } from '../../db/fills-set-aside.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { createReconcileStore } from '../../db/reconcile-store.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { manualOrders, settleManual } from '../../db/settle-manual.ts';
import { acceptVenueCash, openVenueAccount } from '../../db/venue-accounts.ts';
import { createVenueStore } from '../../db/venue-store.ts';
import { compareBooks } from '../../domain/execution/compare-books.ts';
import { fillsBeyond } from '../../domain/execution/fills-beyond.ts';
import { costsSchema, type Order } from '../../schemas/execution.ts';
import { deskLimitsSchema, riskStateSchema } from '../../schemas/risk.ts';
import type { VenueFill } from '../../schemas/venue.ts';
import { type DeskDatabase, openDeskDatabase } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';
import { seenAs } from './seen-order.ts';

const ACCOUNT = 'alpaca-paper';
const DAY_MS = 86_400_000;
let desk: DeskDatabase;
let count = 0;
let movedMs = 0;
const nowMs = (): number => Date.now() + movedMs;
beforeAll(async () => {
  desk = await openDeskDatabase();
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(desk.db, { mode: startMode, settings, nowMs: Date.now() });
  const told = { venueAccountId: 'PA1', tradingMode: 'paper', cash: '100000', currency: 'USD' } as const;
  await openVenueAccount(desk.db, { venue: ACCOUNT, ...told, atMs: Date.now() - 10 * DAY_MS });
});
afterAll(() => desk.close());

const storeNow = () =>
  createVenueStore({
    db: desk.db,
    desk: deskLimitsSchema.parse({}),
    costs: costsSchema.parse({}),
    killFile: () => null,
    nowMs,
    idProfile: 'lifetime-unique',
  });

/** A venue that answers everything and knows no order, unless told otherwise. */
const partsWith = (venue: Partial<VenueOrderParts['venue']> = {}): VenueOrderParts => ({
  store: storeNow(),
  venue: {
    name: ACCOUNT,
    lot: async () => null,
    positions: async () => ({ kind: 'answered', value: [] }),
    cash: async () => ({ kind: 'answered', value: { cash: '0', currency: 'USD' } }),
    send: async () => ({ kind: 'ambiguous', reason: 'cut' }),
    lookUp: async () => ({ kind: 'notFound' }),
    openOrders: async () => ({ kind: 'answered', value: [] }),
    fills: async () => ({ kind: 'answered', value: [] }),
    busts: async () => ({ kind: 'answered', value: [] }),
    cancel: async () => ({ kind: 'notFound' }),
    ...venue,
  },
  nowMs,
  sleep: async () => undefined,
});

const fillOf = ({ clientOrderId, symbol, side }: Order, quantity: string): VenueFill => ({
  ...{ tradeId: `t-${clientOrderId}-${quantity}`, venueOrderId: `v-${clientOrderId}`, symbol, side, quantity },
  ...{ price: '99', fee: null, atMs: nowMs() },
});

/** A recorded entry of 1 at 99.5 with its stop, claimed; what the sending proved. */
async function sent(outcome: 'accepted' | 'ambiguous'): Promise<Order> {
  count += 1;
  const decisionId = `d${count}`;
  const request = anOrderRequest(decisionId, {}, { accountId: ACCOUNT, strategyId: `s${count}` });
  const intents = request.intents.map((one) => ({ ...one, symbol: `S${count}/USD` }));
  await createOrderStore(desk.db).record({ ...request, intents, venue: ACCOUNT });
  const [claim] = (await storeNow().claim(decisionId, 'opening')).claims;
  if (claim === undefined) throw new Error('nothing was claimed');
  const told = outcome === 'accepted' ? ({ kind: outcome, order: seenAs(claim.order) } as const) : null;
  await storeNow().noteSendOutcome(claim, told ?? { kind: 'ambiguous', reason: 'cut' });
  return now(claim.order);
}
const now = async ({ decisionId, clientOrderId }: Order): Promise<Order> => {
  const order = (await storeNow().orders(decisionId)).find((one) => one.clientOrderId === clientOrderId);
  if (order === undefined) throw new Error('the order is gone');
  return order;
};
const statesOf = async ({ decisionId }: Order): Promise<string[]> =>
  (await storeNow().orders(decisionId)).map((one) => `${one.leg} ${one.state} ${one.quantityFilled}`);
async function lookOften(parts: VenueOrderParts, order: Order, rounds: number, everyMs: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await lookAtOrder(parts, await now(order));
    movedMs += everyMs;
  }
}
/** An order that waits for a person: fills like its own that nobody explains, through 15 minutes of answers. */
async function inManualHands(): Promise<Order> {
  const order = await sent('ambiguous');
  const strange = { ...fillOf(order, '1'), venueOrderId: 'somebody', tradeId: `strange-${order.clientOrderId}` };
  const parts = partsWith({ fills: async () => ({ kind: 'answered', value: [{ ...strange, atMs: nowMs() }] }) });
  await lookOften(parts, order, 31, 30_000);
  expect(await statesOf(order)).toEqual(['entry MANUAL 0', 'stop INTENT 0']);
  return now(order);
}

it('books what fits of an order that was filled too much, once a person has set the rest aside', async () => {
  const order = await sent('accepted');
  const first = fillOf(order, '1');
  const second = { ...fillOf(order, '0.5'), tradeId: `t-${order.clientOrderId}-2`, atMs: nowMs() + 1 };
  const seen = seenAs(order, { quantityFilled: '1', state: 'FILLED', venueStatus: 'filled' });
  const parts = partsWith({
    lookUp: async () => ({ kind: 'found', order: seen }),
    fills: async () => ({ kind: 'answered', value: [second, first] }),
  });
  await lookAtOrder(parts, order);
  expect(await statesOf(order)).toEqual(['entry ACKED 0', 'stop INTENT 0']);
  const fills = fillsBeyond([second, first], [await now(order)]);
  expect(fills).toEqual([second]);
  await setFillsAside(desk.db, { accountId: ACCOUNT, fills, by: 'a person', reason: 'sold there', atMs: nowMs() });
  await lookAtOrder(parts, await now(order));
  expect(await statesOf(order)).toEqual(['entry FILLED 1', 'stop INTENT 0']);
});

describe('a cancel that the venue answers by not knowing the order', () => {
  it('ends the order after five clean answers over a minute, and its legs with it', async () => {
    const order = await sent('accepted');
    await cancelOrder(partsWith(), order, 'a test');
    expect(await statesOf(order)).toEqual(['entry CANCEL_UNKNOWN 0', 'stop INTENT 0']);
    await lookOften(partsWith(), order, 4, 20_000);
    expect(await statesOf(order)).toEqual(['entry CANCEL_UNKNOWN 0', 'stop INTENT 0']);
    await lookOften(partsWith(), order, 1, 0);
    expect(await statesOf(order)).toEqual(['entry CANCELED 0', 'stop ABSENT 0']);
  });

  it('books the fills that the venue tells of it before it ends', async () => {
    const order = await sent('accepted');
    await cancelOrder(partsWith(), order, 'a test');
    const fills = [fillOf(order, '0.4')];
    const parts = partsWith({ fills: async () => ({ kind: 'answered', value: fills }) });
    await lookOften(parts, order, 6, 20_000);
    expect(await statesOf(order)).toEqual(['entry CANCELED 0.4', 'stop INTENT 0']);
  });

  it('proves nothing while reads fail', async () => {
    const order = await sent('accepted');
    await cancelOrder(partsWith(), order, 'a test');
    const parts = partsWith({ openOrders: async () => ({ kind: 'failed', reason: 'away' }) });
    await lookOften(parts, order, 40, 30_000);
    expect(await statesOf(order)).toEqual(['entry CANCEL_UNKNOWN 0', 'stop INTENT 0']);
  });
});

describe('an order in the hands of a person', () => {
  it('is looked at on, and is what the venue shows of it', async () => {
    const order = await inManualHands();
    const parts = partsWith({
      lookUp: async () => ({ kind: 'found', order: seenAs(order, { state: 'FILLED', quantityFilled: '1' }) }),
      fills: async () => ({ kind: 'answered', value: [fillOf(order, '1')] }),
    });
    await lookAtOrder(parts, order);
    expect(await statesOf(order)).toEqual(['entry FILLED 1', 'stop INTENT 0']);
    expect((await storeNow().claim(order.decisionId, 'protective')).claims).toMatchObject([{ order: { leg: 'stop' } }]);
  });

  it('explains no difference in cash, as an order under way does', async () => {
    const order = await inManualHands();
    const standing = await createReconcileStore(desk.db, nowMs).ours(ACCOUNT, 0);
    const ours = { ...standing, orders: [order], positions: new Map(), trades: new Map(), nowMs: nowMs() + DAY_MS };
    const theirs = { openOrders: [], fills: [], positions: [], cash: '1' };
    expect(compareBooks(ours, theirs)).toMatchObject({ different: [{ kind: 'cash' }], pending: [] });
    await settleManual(desk.db, { order, by: 'test', reason: 'not there', atMs: nowMs() });
  });

  it('ends by their word, audited, with its legs, and only once', async () => {
    const order = await inManualHands();
    expect((await manualOrders(desk.db, ACCOUNT)).map((one) => one.clientOrderId)).toEqual([order.clientOrderId]);
    const settlement = { order, by: 'test', reason: 'not there', atMs: nowMs() };
    expect(await settleManual(desk.db, settlement)).toBe('ABSENT');
    expect(await statesOf(order)).toEqual(['entry ABSENT 0', 'stop ABSENT 0']);
    expect(await settleManual(desk.db, settlement)).toBeNull();
    const audit = await desk.db.selectFrom('audit').select('body').where('kind', '=', 'order_settled').execute();
    expect(audit.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({ clientOrderId: order.clientOrderId, by: 'test', reason: 'not there', to: 'ABSENT' }),
    );
  });
});

it('reads a report of more fills than were ordered as a difference, not as a failure of the look', async () => {
  const order = await sent('accepted');
  const fills = [fillOf(order, '0.7'), fillOf(order, '0.6')];
  const parts = partsWith({
    lookUp: async () => ({ kind: 'found', order: seenAs(order, { state: 'FILLED', quantityFilled: '1' }) }),
    fills: async () => ({ kind: 'answered', value: fills }),
  });
  expect(await lookAtOrder(parts, order)).toBe(true);
  expect(await statesOf(order)).toEqual(['entry ACKED 0', 'stop INTENT 0']);
  const own = { ...(await createReconcileStore(desk.db, nowMs).ours(ACCOUNT, 0)), nowMs: nowMs() + DAY_MS };
  const market = own.orders.map((one): Order => ({ ...one, type: 'market' }));
  const { different } = compareBooks(
    { ...own, orders: market, trades: new Map() },
    { openOrders: [], fills, positions: [], cash: own.cash },
  );
  expect(different.map((one) => one.kind)).toEqual(expect.arrayContaining(['foreignFill', 'foreignFill']));
});

it('compares fills from a day before books and venue were last equal; what is pending moves nothing', async () => {
  const books = createReconcileStore(desk.db, nowMs);
  const openedAtMs = (await readAccount(desk.db, ACCOUNT))?.createdAtMs ?? 0;
  expect(await books.comparedSince(ACCOUNT)).toEqual({ openedAtMs, fillsMs: openedAtMs });
  const report = { accountId: ACCOUNT, differences: [], reason: null } as const;
  const atMs = openedAtMs + 5 * DAY_MS;
  await noteReconciled(desk.db, ACCOUNT, { ...report, verdict: 'equal', atMs }, atMs);
  await noteReconciled(desk.db, ACCOUNT, { ...report, verdict: 'pending', atMs }, atMs + 2 * DAY_MS);
  expect(await books.comparedSince(ACCOUNT)).toEqual({ openedAtMs, fillsMs: openedAtMs + 4 * DAY_MS });
  expect(await standingOf(desk.db, ACCOUNT)).toMatchObject({ equalAtMs: atMs, reconciledAtMs: atMs + 2 * DAY_MS });
});

it('accepts cash only as long as the books are those that were compared', async () => {
  const { cash = '', riskState } = (await readAccount(desk.db, ACCOUNT)) ?? {};
  const accepted = { accountId: ACCOUNT, cash: '90000', by: 'test', reason: 'a fee', atMs: nowMs() };
  expect(await acceptVenueCash(desk.db, { ...accepted, ours: '99999' })).toBe(false);
  expect(await readAccount(desk.db, ACCOUNT)).toMatchObject({ cash });
  expect(await acceptVenueCash(desk.db, { ...accepted, ours: cash })).toBe(true);
  const after = await readAccount(desk.db, ACCOUNT);
  expect(after).toMatchObject({ cash: '90000' });
  const [before, moved] = [riskStateSchema.parse(riskState), riskStateSchema.parse(after?.riskState)];
  expect(Number(before.dayStartEquity) - Number(moved.dayStartEquity)).toBeCloseTo(Number(cash) - 90_000, 6);
  expect(Number(before.peakEquity) - Number(moved.peakEquity)).toBeCloseTo(Number(cash) - 90_000, 6);
});
