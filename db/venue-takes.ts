/** What a venue tells of an order, taken into the book: fills, busts, states, cancels, and what ends a doubt. */
import type { Transaction } from 'kysely';
import type { BrokerAnswer } from '../adapters/broker/broker.ts';
import { ZERO } from '../domain/decimal.ts';
import { positionOf } from '../domain/execution/book.ts';
import { cancelStep } from '../domain/execution/exit-way.ts';
import { hasEndedUnfilled, isOpenOrder } from '../domain/execution/order-ends.ts';
import { moveOrder } from '../domain/execution/order-state.ts';
import { leavesUncovered, revivedLegs } from '../domain/execution/protection.ts';
import type { UnknownEvidence, UnknownVerdict } from '../domain/execution/resolve-unknown.ts';
import { endOfDoubt, isInDoubt, isSameDoubt, startUnknown } from '../domain/execution/resolve-unknown.ts';
import { isLateArrival, takeVenueAnswer, type VenueTake } from '../domain/execution/venue-step.ts';
import type { Fill, Order, OrderState } from '../schemas/execution.ts';
import type { VenueBust, VenueFill, VenueOrder } from '../schemas/venue.ts';
import { freezeAccount } from './account-standings.ts';
import { appendAudit } from './audit.ts';
import { appendEvents } from './events.ts';
import { executionsSetAside } from './fills-set-aside.ts';
import { type LoadedAccount, loadAccount, openingCheckpoint } from './load-walk.ts';
import { noteMove, tellBare } from './order-moves.ts';
import { orderByClientId, ordersOfDecision, updateOrders, workingOrders } from './orders.ts';
import { keepSteps, type PaperParts } from './paper-book.ts';
import { addResults } from './session-results.ts';
import { isMarkedBySession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';
import { historyOf, noteBusts } from './trade-busts.ts';
import { correctTrades } from './trades.ts';
import { endUnsent, type VenueStoreParts } from './venue-sends.ts';

export type VenueTakeParts = VenueStoreParts & Pick<PaperParts, 'costs' | 'desk'>;

type Locked = { readonly order: Order; readonly loaded: LoadedAccount };

/** The order as it is now, with its account under the lock. @throws Error when there is no such order */
async function lockOrder(trx: Transaction<Tables>, clientOrderId: string): Promise<Locked> {
  const found = await orderByClientId(trx, clientOrderId);
  if (found === undefined) throw new Error(`order ${clientOrderId} is not recorded`);
  const loaded = await loadAccount(trx, found.accountId, found.strategyId, openingCheckpoint('0'), null);
  return { order: (await orderByClientId(trx, clientOrderId)) ?? found, loaded };
}

/** Books new fills and busts and takes over the state. A repeated or older answer changes nothing. */
export async function takeAnswer(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  seen: VenueOrder | null,
  fills: readonly VenueFill[],
  told: readonly VenueBust[] = [],
): Promise<BrokerAnswer> {
  const { order, loaded } = await lockOrder(trx, clientOrderId);
  const nowMs = parts.nowMs();
  const busts = await noteBusts(trx, order, told, nowMs);
  const history = busts.length > 0 ? await historyOf(trx, order) : [];
  const known = await knownTrades(trx, order, [...fills, ...replacementsOf(busts)]);
  const step = takeVenueAnswer(loaded.state.book, order, seen, fills, known, { busts, history });
  await auditBusts(trx, order, step, nowMs);
  const markedAtMs = step.fills.length === 0 || (await isMarkedBySession(trx, order.accountId)) ? null : nowMs;
  const answer = await keepSteps(trx, parts, loaded, order.decisionId, [step], markedAtMs);
  await correctTrades(trx, order, step.trades, nowMs);
  await addResults(trx, order.sessionId, step.closedTrades, step.trades);
  const after = step.orders.find((one) => one.clientOrderId === clientOrderId) ?? order;
  if (isLateArrival(order, seen, fills)) await noteLateArrival(trx, order, nowMs);
  if (after.state !== order.state) {
    await noteMove(trx, order, after.state, seen?.venueStatus ?? 'a fill', nowMs);
    if (hasEndedUnfilled(after)) {
      await endUnsent(trx, parts, await ordersOfDecision(trx, order.decisionId), 'its entry filled nothing');
    }
  }
  await tellUncovered(trx, order, step, nowMs);
  const revived = await protectLate(trx, order, after, nowMs);
  return revived ? { ...answer, own: await ordersOfDecision(trx, order.decisionId) } : answer;
}

/** An entry that had ended has filled: its legs are due after all; what they cannot cover is told. @returns any? */
async function protectLate(trx: Database, before: Order, after: Order, atMs: number): Promise<boolean> {
  const orders = await ordersOfDecision(trx, before.decisionId);
  const legs = revivedLegs(before, after, orders, await claimedAmong(trx, orders));
  await updateOrders(trx, legs);
  const reason = 'its entry filled after it had ended';
  for (const { clientOrderId } of legs) {
    const leg = orders.find((one) => one.clientOrderId === clientOrderId);
    if (leg !== undefined) await noteMove(trx, leg, 'INTENT', reason, atMs);
  }
  const isLate = before.leg === 'entry' && !isOpenOrder(before) && after.quantityFilled !== before.quantityFilled;
  if (isLate && orders.some((one) => one.leg === 'stop')) await tellBare(trx, after, reason, atMs);
  return legs.length > 0;
}

/** Those that were ever on their way to the venue. */
async function claimedAmong(trx: Database, orders: readonly Order[]): Promise<Set<string>> {
  const ids = orders.map((one) => one.clientOrderId);
  const query = trx.selectFrom('order_sends').select('client_order_id').where('client_order_id', 'in', ids);
  return new Set((await query.execute()).map((row) => row.client_order_id));
}

const replacementsOf = (busts: readonly VenueBust[]): VenueFill[] =>
  busts.flatMap(({ replacement }) => (replacement === null ? [] : [replacement]));

/** Written before the money moves; the round trips it changes are in it as they were and as they are. */
async function auditBusts(trx: Database, order: Order, step: VenueTake, atMs: number): Promise<void> {
  const rows = reversalsOf(step).map(({ takesBack, quantity, price, fee }) => ({
    kind: 'order_bust',
    body: { clientOrderId: order.clientOrderId, takesBack, quantity, price, fee, trades: [...step.trades] },
    atMs,
  }));
  await appendAudit(trx, rows);
}

const reversalsOf = ({ fills }: VenueTake): Fill[] => fills.filter((one) => (one.takesBack ?? null) !== null);

/** What is held after a bust may have lost its stop, or have one that is too large: an alert for a person. */
async function tellUncovered(trx: Database, order: Order, step: VenueTake, atMs: number): Promise<void> {
  if (reversalsOf(step).length === 0) return;
  const { clientOrderId, accountId, strategyId, symbol, decisionId } = order;
  const held = positionOf(step.book, strategyId, symbol)?.quantity ?? ZERO;
  if (!leavesUncovered(order, held, await workingOrders(trx, accountId))) return;
  const payload = { clientOrderId, accountId, symbol, reason: 'a trade was busted' };
  await appendEvents(trx, [{ type: 'position_unprotected', payload, correlationId: decisionId, atMs }]);
}

const noteLateArrival = (trx: Database, { clientOrderId, decisionId }: Order, atMs: number) =>
  appendEvents(trx, [{ type: 'order_late_arrival', payload: { clientOrderId }, correlationId: decisionId, atMs }]);

/**
 * Trade ids that are booked: those of the order, whatever they are called, and any that is told; and those set aside.
 */
async function knownTrades(trx: Database, order: Order, fills: readonly VenueFill[]): Promise<Set<string>> {
  if (fills.length === 0) return new Set();
  const told = fills.map((one) => one.tradeId);
  const rows = await trx
    .selectFrom('fills')
    .select('trade_id')
    .where('venue', '=', order.venue)
    .where('account_id', '=', order.accountId)
    .where('takes_back', 'is', null)
    .where((eb) => eb.or([eb('client_order_id', '=', order.clientOrderId), eb('trade_id', 'in', told)]))
    .execute();
  return new Set([...rows.map((row) => row.trade_id), ...(await executionsSetAside(trx, order.accountId))]);
}

/** The evidence gathered so far about an order in doubt; null when it is in none. */
export async function readEvidence(db: Database, clientOrderId: string): Promise<UnknownEvidence | null> {
  const row = await db
    .selectFrom('order_sends as s')
    .innerJoin('orders as o', 'o.client_order_id', 's.client_order_id')
    .select(['s.evidence', 's.claimed_at', 'o.state'])
    .where('s.client_order_id', '=', clientOrderId)
    .executeTakeFirst();
  if (row === undefined || !isInDoubt(row.state)) return null;
  return row.evidence ?? startUnknown(row.claimed_at.getTime());
}

/** What one round of looking has shown. "Found" is taken over by `takeAnswer`, not here. */
export async function noteVerdict(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  verdict: UnknownVerdict,
): Promise<void> {
  const { order } = await lockOrder(trx, clientOrderId);
  if (!isInDoubt(order.state) || verdict.kind === 'found') return;
  const { evidence } = verdict;
  if (!isSameDoubt(await readEvidence(trx, clientOrderId), evidence)) return;
  await trx.updateTable('order_sends').set({ evidence }).where('client_order_id', '=', clientOrderId).execute();
  const to = endOfDoubt(order.state, verdict);
  const reason = verdict.kind === 'manual' ? verdict.reason : 'the venue does not have it';
  if (to !== null) await endDoubt(trx, parts, order, to, reason);
}

/** The end of a doubt by what was not found, or by a person. An order given up is watched: it may come late. */
export async function endDoubt(
  trx: Database,
  parts: Pick<VenueTakeParts, 'nowMs'>,
  order: Order,
  to: OrderState,
  reason: string,
): Promise<void> {
  const nowMs = parts.nowMs();
  await changeState(trx, order, to, reason, nowMs);
  if (hasEndedUnfilled({ ...order, state: to })) {
    await endUnsent(trx, parts, await ordersOfDecision(trx, order.decisionId), 'its entry never came to be');
  }
}

async function changeState(
  trx: Database,
  order: Order,
  to: OrderState,
  reason: string | null,
  atMs: number,
): Promise<void> {
  await updateOrders(trx, [{ ...order, state: moveOrder(order.state, to) }]);
  await noteMove(trx, order, to, reason, atMs);
}

/**
 * Before a cancel is asked of the venue: ACKED or PARTIAL → CANCEL_SENT; one that never left ends here.
 * @returns the order when the venue has to be asked, null when there is nothing to cancel (yet)
 */
export async function beginCancel(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  reason: string,
): Promise<Order | null> {
  const { order } = await lockOrder(trx, clientOrderId);
  const step = cancelStep(order);
  if (step === 'end') await endUnsent(trx, parts, [order], reason);
  if (step !== 'move') return step === 'ask' ? order : null;
  const nowMs = parts.nowMs();
  await appendAudit(trx, [{ kind: 'order_cancel', body: { clientOrderId, reason }, atMs: nowMs }]);
  await changeState(trx, order, 'CANCEL_SENT', reason, nowMs);
  return { ...order, state: 'CANCEL_SENT' };
}

/** The answer to a cancel proved nothing: evidence is gathered anew from here. */
export async function noteCancelUnknown(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  clientOrderId: string,
  reason: string,
): Promise<void> {
  const { order } = await lockOrder(trx, clientOrderId);
  if (order.state !== 'CANCEL_SENT') return;
  const nowMs = parts.nowMs();
  await changeState(trx, order, 'CANCEL_UNKNOWN', reason, nowMs);
  const evidence = startUnknown(nowMs);
  await trx.updateTable('order_sends').set({ evidence }).where('client_order_id', '=', clientOrderId).execute();
}

/** A report that cannot be true freezes the account; nothing of it is booked. */
export async function noteBadReport(
  trx: Transaction<Tables>,
  parts: VenueTakeParts,
  order: Order,
  reason: string,
): Promise<void> {
  const { accountId, clientOrderId } = order;
  await freezeAccount(trx, accountId, `order ${clientOrderId}: ${reason}`, { clientOrderId, reason }, parts.nowMs());
}
