/** The sending of an order, fenced in Postgres: who may send, who comes too late, and which legs may go out again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadGovernance } from '../../config/policy-files.ts';
import { readAccount } from '../../db/accounts.ts';
import { readEvents } from '../../db/events.ts';
import { openingCheckpoint } from '../../db/load-walk.ts';
import { createOrderStore } from '../../db/order-store.ts';
import { inTransaction } from '../../db/retry.ts';
import { seedDesk } from '../../db/seed-desk.ts';
import { openSession, readSession } from '../../db/sessions.ts';
import { openVenueAccount } from '../../db/venue-accounts.ts';
import { createVenueStore } from '../../db/venue-store.ts';
import { costsSchema, type Order } from '../../schemas/execution.ts';
import { deskLimitsSchema } from '../../schemas/risk.ts';
import type { VenueFill } from '../../schemas/venue.ts';
import { aSessionInput, type DeskDatabase, openDeskDatabase } from './desk-database.ts';
import { anOrderRequest } from './order-request.ts';
import { seenAs } from './seen-order.ts';

let account = '';
let desk: DeskDatabase;
let killed: string | null = null;
let count = 0;
let accounts = 0;
beforeAll(async () => {
  desk = await openDeskDatabase();
  const { settings, startMode } = loadGovernance('config');
  await seedDesk(desk.db, { mode: startMode, settings, nowMs: Date.now() });
});
afterAll(() => desk.close());
/** Each test has an account of its own: no limit of another's orders is in its way. */
beforeEach(async () => {
  accounts += 1;
  account = `venue-${accounts}`;
  const told = { venueAccountId: 'PA1', tradingMode: 'paper', cash: '100000', currency: 'USD' } as const;
  await openVenueAccount(desk.db, { venue: account, ...told, atMs: Date.now() });
});

const storeOf = (idProfile: 'lifetime-unique' | 'open-only' = 'lifetime-unique', nowMs = Date.now) =>
  createVenueStore({
    db: desk.db,
    desk: deskLimitsSchema.parse({}),
    costs: costsSchema.parse({}),
    killFile: () => killed,
    nowMs,
    idProfile,
  });

/** A recorded entry of 1 at 99.5 with its stop at 95. */
async function recorded(): Promise<string> {
  count += 1;
  const decisionId = `d${count}`;
  const request = anOrderRequest(decisionId, {}, { accountId: account, strategyId: `s${count}` });
  const intents = request.intents.map((one) => ({ ...one, symbol: `S${count}/USD` }));
  const verdict = await createOrderStore(desk.db).record({ ...request, intents, venue: account });
  expect(verdict).toEqual({ approved: true, reasons: [] });
  return decisionId;
}

const fillOf = ({ clientOrderId, symbol, side, quantity }: Order): VenueFill => ({
  ...{ tradeId: `t-${clientOrderId}`, venueOrderId: `v-${clientOrderId}`, symbol, side, quantity },
  ...{ price: '99', fee: null, atMs: Date.now() },
});
const statesOf = async (decisionId: string): Promise<string[]> =>
  (await storeOf().orders(decisionId)).map((one) => `${one.leg} ${one.state}`);
const eventsOf = async (decisionId: string): Promise<string[]> =>
  (await readEvents(desk.db, 0, 10_000)).filter((one) => one.correlationId === decisionId).map((one) => one.type);

/** An exit of all that is held of the decision's symbol, recorded. */
async function exitOf(decisionId: string): Promise<string> {
  const [entry] = await storeOf().orders(decisionId);
  if (entry === undefined) throw new Error('no entry');
  const { strategyId, symbol } = entry;
  const change = { leg: 'exit', side: 'sell', type: 'market', limitPrice: null, reduceOnly: true, symbol } as const;
  const request = anOrderRequest(`${decisionId}x`, change, { accountId: account, strategyId });
  const [exit] = request.intents.map((one) => ({ ...one, clientOrderId: `${decisionId}x-exit` }));
  if (exit === undefined) throw new Error('no exit');
  const facts = { ...request.facts, hasStop: false };
  const verdict = await createOrderStore(desk.db).record({ ...request, facts, intents: [exit], venue: account });
  expect(verdict).toEqual({ approved: true, reasons: [] });
  return `${decisionId}x`;
}
const bareEvents = async (decisionId: string): Promise<number> =>
  (await eventsOf(decisionId)).filter((type) => type === 'position_unprotected').length;
/** A refusal that has used the id of the order up. */
const GONE = { kind: 'rejected', code: 'VENUE_REJECTED', message: 'no' } as const;
const NOT_SENT = { kind: 'rejected', code: 'NOT_SENT', message: 'no connection' } as const;

/** An entry that has filled, with its leg claimed. */
async function filled(store: ReturnType<typeof storeOf>) {
  const decisionId = await recorded();
  const [claim] = (await store.claim(decisionId, 'opening')).claims;
  if (claim === undefined) throw new Error('nothing was claimed');
  const seen = seenAs(claim.order, { state: 'FILLED', quantityFilled: '1', venueStatus: 'filled' });
  await store.noteSendOutcome(claim, { kind: 'accepted', order: seenAs(claim.order) });
  await store.take(claim.order.clientOrderId, seen, [fillOf(claim.order)]);
  const [leg] = (await store.claim(decisionId, 'protective')).claims;
  if (leg === undefined) throw new Error('no leg was claimed');
  return { decisionId, leg };
}

describe('an order that is being sent', () => {
  it('is SENT before anything leaves; the next attempt takes it over as UNKNOWN and fences the first', async () => {
    const store = storeOf();
    const decisionId = await recorded();
    const first = await store.claim(decisionId, 'opening');
    expect(first).toMatchObject({ refusal: null, claims: [{ epoch: 1, order: { state: 'SENT', leg: 'entry' } }] });
    expect(await store.claim(decisionId, 'opening')).toMatchObject({ claims: [], refusal: null });
    expect(await statesOf(decisionId)).toEqual(['entry UNKNOWN', 'stop INTENT']);
    const [claim] = first.claims;
    if (claim === undefined) throw new Error('nothing was claimed');
    expect(await store.mayStillSend(claim)).toBe('the order is in other hands (epoch 2, state UNKNOWN)');
    await store.noteSendOutcome(claim, { kind: 'accepted', order: seenAs(claim.order) });
    expect(await statesOf(decisionId)).toEqual(['entry UNKNOWN', 'stop INTENT']);
    const fenced = await desk.db.selectFrom('fenced_writes').select(['client_order_id', 'epoch', 'what']).execute();
    const row = { client_order_id: claim.order.clientOrderId, epoch: 1 };
    expect(fenced).toEqual([
      { ...row, what: 'send' },
      { ...row, what: 'outcome' },
    ]);
  });

  it('does not leave after its deadline, nor while a kill flag stands', async () => {
    const decisionId = await recorded();
    const [claim] = (await storeOf().claim(decisionId, 'opening')).claims;
    if (claim === undefined) throw new Error('nothing was claimed');
    expect(await storeOf().mayStillSend(claim)).toBe(null);
    killed = 'a drill';
    expect(await storeOf().mayStillSend(claim)).toBe('the kill switch is on: a drill');
    killed = null;
    const later = storeOf('lifetime-unique', () => claim.sendBeforeMs + 1);
    expect(await later.mayStillSend(claim)).toBe('the time to send is over');
  });
});

describe('a leg that never came to be', () => {
  it('goes out again under its own id when it is proven that no byte left', async () => {
    const store = storeOf('open-only');
    const { decisionId, leg } = await filled(store);
    await store.noteSendOutcome(leg, { kind: 'rejected', code: 'NOT_SENT', message: 'no connection' });
    expect(await eventsOf(decisionId)).toContain('position_unprotected');
    const again = await store.claim(decisionId, 'protective');
    expect(again.claims).toMatchObject([
      { epoch: 2, order: { clientOrderId: leg.order.clientOrderId, quantity: '1' } },
    ]);
  });

  it('does so after it was found absent only where ids are unique for life', async () => {
    const store = storeOf('open-only');
    const { decisionId, leg } = await filled(store);
    await store.noteSendOutcome(leg, { kind: 'ambiguous', reason: 'cut' });
    const evidence = await store.evidence(leg.order.clientOrderId);
    if (evidence === null) throw new Error('the leg is not in doubt');
    const earlier = { ...evidence, sinceMs: evidence.sinceMs - 1 };
    await store.noteVerdict(leg.order.clientOrderId, { kind: 'absent', evidence: earlier });
    expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop UNKNOWN']);
    await store.noteVerdict(leg.order.clientOrderId, { kind: 'absent', evidence });
    expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop ABSENT']);
    expect(await store.claim(decisionId, 'protective')).toMatchObject({ claims: [], refusal: null });
    expect((await storeOf().claim(decisionId, 'protective')).claims).toMatchObject([{ epoch: 2 }]);
  });

  it('stays away when the refusal has used its id up, or ids may be used anew', async () => {
    const refused = { kind: 'rejected', code: 'VENUE_REFUSED', message: 'no' } as const;
    for (const [store, outcome] of [
      [storeOf(), GONE],
      [storeOf('open-only'), refused],
    ] as const) {
      const { decisionId, leg } = await filled(store);
      await store.noteSendOutcome(leg, outcome);
      expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop REJECTED']);
      expect(await eventsOf(decisionId)).toContain('position_unprotected');
      expect(await store.claim(decisionId, 'protective')).toMatchObject({ claims: [], refusal: null });
    }
  });

  it('goes out again after a refusal, twenty times with pauses; the third refusal is told, and the last', async () => {
    let movedMs = 0;
    const store = storeOf('lifetime-unique', () => Date.now() + movedMs);
    const { decisionId, leg } = await filled(store);
    let claim: typeof leg | undefined = leg;
    const told: number[] = [];
    for (let sending = 1; claim !== undefined; sending += 1) {
      const before = await bareEvents(decisionId);
      await store.noteSendOutcome(claim, { kind: 'rejected', code: 'VENUE_REFUSED', message: 'available: 0' });
      if ((await bareEvents(decisionId)) > before) told.push(sending);
      expect((await store.claim(decisionId, 'protective')).claims).toEqual([]);
      movedMs += 31_000;
      [claim] = (await store.claim(decisionId, 'protective')).claims;
    }
    expect(told).toEqual([3, 20]);
    expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop REJECTED']);
  });

  it('is in doubt when a refusal comes after a sending of which nobody knows', async () => {
    let movedMs = 0;
    const store = storeOf('lifetime-unique', () => Date.now() + movedMs);
    const { decisionId, leg } = await filled(store);
    const refused = { kind: 'rejected', code: 'VENUE_REFUSED', message: 'available: 0' } as const;
    await store.noteSendOutcome(leg, refused);
    movedMs += 31_000;
    const [second] = (await store.claim(decisionId, 'protective')).claims;
    if (second === undefined) throw new Error('no leg was claimed');
    await store.noteSendOutcome(second, { kind: 'ambiguous', reason: 'cut' });
    const evidence = await store.evidence(leg.order.clientOrderId);
    if (evidence === null) throw new Error('the leg is not in doubt');
    await store.noteVerdict(leg.order.clientOrderId, { kind: 'absent', evidence });
    movedMs += 31_000;
    const [third] = (await store.claim(decisionId, 'protective')).claims;
    if (third === undefined) throw new Error('no leg was claimed');
    await store.noteSendOutcome(third, refused);
    expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop UNKNOWN']);
  });
});

describe('what is held and not protected', () => {
  it('is told once while its leg cannot leave, which is never given up nor in doubt for it', async () => {
    const store = storeOf();
    const { decisionId, leg } = await filled(store);
    await store.noteSendOutcome(leg, NOT_SENT);
    for (let epoch = 2; epoch <= 25; epoch += 1) {
      const [again] = (await store.claim(decisionId, 'protective')).claims;
      expect(again).toMatchObject({ epoch });
      if (again !== undefined) await store.noteSendOutcome(again, NOT_SENT);
    }
    expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop INTENT']);
    expect(await bareEvents(decisionId)).toBe(1);
  });

  it('keeps its exit at INTENT when that is proven to be still here, and tells it', async () => {
    const store = storeOf();
    const { decisionId, leg } = await filled(store);
    await store.noteSendOutcome(leg, GONE);
    const exit = await exitOf(decisionId);
    const [claim] = (await store.claim(exit, 'opening')).claims;
    if (claim === undefined) throw new Error('nothing was claimed');
    await store.noteSendOutcome(claim, NOT_SENT);
    expect(await statesOf(exit)).toEqual(['exit INTENT']);
    expect(await bareEvents(exit)).toBe(1);
    expect((await store.claim(exit, 'opening')).claims).toMatchObject([{ epoch: 2 }]);
  });

  it('is told when an exit ends filled in part, and not when it has closed all', async () => {
    const store = storeOf();
    for (const [quantityFilled, told] of [
      ['0.4', 1],
      ['1', 0],
    ] as const) {
      const { decisionId, leg } = await filled(store);
      await store.noteSendOutcome(leg, GONE);
      const exit = await exitOf(decisionId);
      const [claim] = (await store.claim(exit, 'opening')).claims;
      if (claim === undefined) throw new Error('nothing was claimed');
      await store.noteSendOutcome(claim, { kind: 'accepted', order: seenAs(claim.order) });
      const state = quantityFilled === '1' ? 'FILLED' : 'CANCELED';
      const fill = { ...fillOf(claim.order), quantity: quantityFilled };
      await store.take(claim.order.clientOrderId, seenAs(claim.order, { state, quantityFilled }), [fill]);
      expect(await statesOf(exit)).toEqual([`exit ${state}`]);
      expect(await bareEvents(exit)).toBe(told);
    }
  });

  it('is told when a stop ends filled in part, also by our own cancel', async () => {
    const store = storeOf();
    const { decisionId, leg } = await filled(store);
    const { clientOrderId } = leg.order;
    await store.noteSendOutcome(leg, { kind: 'accepted', order: seenAs(leg.order) });
    await store.beginCancel(clientOrderId, 'a person wants it');
    const fill = { ...fillOf(leg.order), quantity: '0.3' };
    await store.take(clientOrderId, seenAs(leg.order, { state: 'CANCELED', quantityFilled: '0.3' }), [fill]);
    expect(await statesOf(decisionId)).toEqual(['entry FILLED', 'stop CANCELED']);
    expect(await bareEvents(decisionId)).toBe(1);
  });

  it('gets its stop when its entry was given up and has filled after all', async () => {
    const store = storeOf();
    const decisionId = await recorded();
    const [claim] = (await store.claim(decisionId, 'opening')).claims;
    if (claim === undefined) throw new Error('nothing was claimed');
    const { clientOrderId } = claim.order;
    await store.noteSendOutcome(claim, { kind: 'ambiguous', reason: 'cut' });
    const evidence = await store.evidence(clientOrderId);
    if (evidence === null) throw new Error('the entry is not in doubt');
    await store.noteVerdict(clientOrderId, { kind: 'absent', evidence });
    expect(await statesOf(decisionId)).toEqual(['entry ABSENT', 'stop ABSENT']);
    const seen = seenAs(claim.order, { state: 'FILLED', quantityFilled: '1' });
    const { own } = await store.take(clientOrderId, seen, [fillOf(claim.order)]);
    expect(own.map((one) => one.state)).toEqual(['FILLED', 'INTENT']);
    expect(await store.decisionsWithLegs(account)).toContain(decisionId);
    expect((await store.claim(decisionId, 'protective')).claims).toMatchObject([{ order: { leg: 'stop' } }]);
  });

  it('is told when its entry fills beyond what its stop covers, after both had ended', async () => {
    const store = storeOf();
    const decisionId = await recorded();
    const [claim] = (await store.claim(decisionId, 'opening')).claims;
    if (claim === undefined) throw new Error('nothing was claimed');
    const { clientOrderId } = claim.order;
    await store.noteSendOutcome(claim, { kind: 'accepted', order: seenAs(claim.order) });
    const part = { ...fillOf(claim.order), quantity: '0.4' };
    await store.take(clientOrderId, seenAs(claim.order, { state: 'CANCELED', quantityFilled: '0.4' }), [part]);
    const [leg] = (await store.claim(decisionId, 'protective')).claims;
    if (leg === undefined) throw new Error('no leg was claimed');
    await store.noteSendOutcome(leg, { kind: 'accepted', order: seenAs(leg.order) });
    expect(await bareEvents(decisionId)).toBe(0);
    const late = { ...fillOf(claim.order), tradeId: `late-${decisionId}`, quantity: '0.2' };
    await store.take(clientOrderId, seenAs(claim.order, { state: 'CANCELED', quantityFilled: '0.6' }), [late]);
    expect(await bareEvents(decisionId)).toBe(1);
  });
});

const DAY_MS = 86_400_000;
const riskOf = async () => (await readAccount(desk.db, account))?.riskState;

it('marks an account that no session walks when it fills, and turns its day with the next order', async () => {
  const store = storeOf();
  const decisionId = await recorded();
  const [claim] = (await store.claim(decisionId, 'opening')).claims;
  if (claim === undefined) throw new Error('nothing was claimed');
  await store.noteSendOutcome(claim, { kind: 'accepted', order: seenAs(claim.order) });
  const seen = seenAs(claim.order, { state: 'FILLED', quantityFilled: '1', venueStatus: 'filled' });
  await store.take(claim.order.clientOrderId, seen, [{ ...fillOf(claim.order), fee: '30' }]);
  expect(await riskOf()).toMatchObject({ dayStartEquity: '100000', lastEquity: '99970', peakEquity: '100000' });
  const next = anOrderRequest(`${decisionId}-next`, {}, { accountId: account, strategyId: 'next' });
  const facts = { ...next.facts, nowMs: next.facts.nowMs + DAY_MS, barOpenTimeMs: next.facts.nowMs + DAY_MS - 60_000 };
  const verdict = await createOrderStore(desk.db).record({ ...next, facts, venue: account });
  expect(verdict).toEqual({ approved: true, reasons: [] });
  expect(await riskOf()).toMatchObject({ dayStartEquity: '99970', lastEquity: '99970' });
});

it('tells the session of an order what its trade has brought, busts included', async () => {
  const store = storeOf();
  const { decisionId, leg } = await filled(store);
  const sessionId = `of-${decisionId}`;
  const { strategyId, symbol, clientOrderId, side } = leg.order;
  const opening = {
    ...aSessionInput({ sessionId, accountId: account, strategyId }),
    checkpoint: openingCheckpoint('0'),
  };
  await inTransaction(desk.db, (trx) => openSession(trx, opening));
  await desk.db.updateTable('orders').set({ session_id: sessionId }).where('decision_id', '=', decisionId).execute();
  await store.noteSendOutcome(leg, { kind: 'accepted', order: seenAs(leg.order) });
  const fill = { ...fillOf(leg.order), price: '95', fee: '0.5' };
  await store.take(clientOrderId, seenAs(leg.order, { state: 'FILLED', quantityFilled: '1' }), [fill]);
  const figures = async () => (await readSession(desk.db, sessionId))?.checkpoint;
  expect(await figures()).toMatchObject({ realizedPnl: '-4.5', counters: { tradesExecuted: 1, bars: 0 } });
  const replacement = { ...fill, tradeId: `${fill.tradeId}-again`, price: '96', side };
  const bust = { executionId: fill.tradeId, venueOrderId: fill.venueOrderId, symbol, replacement, atMs: fill.atMs };
  await store.take(clientOrderId, seenAs(leg.order, { state: 'FILLED', quantityFilled: '1' }), [], [bust]);
  expect(await figures()).toMatchObject({ realizedPnl: '-3.5', counters: { tradesExecuted: 1 } });
});

it('keeps an exit of a frozen account here', async () => {
  const store = storeOf();
  const { decisionId, leg } = await filled(store);
  await store.noteSendOutcome(leg, GONE);
  const exit = await exitOf(decisionId);
  await store.noteBadReport(leg.order, 'the venue has it as a buy');
  expect(await store.claim(exit, 'opening')).toMatchObject({ claims: [], refusal: { rule: 'accountStanding' } });
  expect(await statesOf(exit)).toEqual(['exit ABSENT']);
});

it('lets an exit leave whose stop was cancelled before the freeze, for no more than the venue holds', async () => {
  const store = storeOf();
  const { decisionId, leg } = await filled(store);
  await store.noteSendOutcome(leg, { kind: 'accepted', order: seenAs(leg.order) });
  const exit = await exitOf(decisionId);
  const { clientOrderId } = leg.order;
  await store.beginCancel(clientOrderId, 'the position is being closed');
  await store.take(clientOrderId, seenAs(leg.order, { state: 'CANCELED', venueStatus: 'canceled' }), []);
  await store.noteBadReport(leg.order, 'the venue has it as a buy');
  await expect(store.claim(exit, 'opening')).rejects.toThrow('overtaken by a freeze');
  expect(await statesOf(exit)).toEqual(['exit INTENT']);
  const { claims, refusal } = await store.claim(exit, 'opening', null, '0.4');
  expect(refusal).toBeNull();
  expect(claims).toMatchObject([{ order: { leg: 'exit', quantity: '0.4' } }]);
});
