/** What a venue tells of an order, taken into the book: fills, busts and states, and what they leave unprotected. */
import type { Transaction } from 'kysely';
import type { BrokerAnswer } from '../adapters/broker/broker.ts';
import { ZERO } from '../domain/decimal.ts';
import { positionOf } from '../domain/execution/book.ts';
import { hasEndedUnfilled, isOpenOrder } from '../domain/execution/order-ends.ts';
import { leavesUncovered, revivedLegs } from '../domain/execution/protection.ts';
import { isLateArrival, takeVenueAnswer, type VenueTake } from '../domain/execution/venue-step.ts';
import type { Fill, Order } from '../schemas/execution.ts';
import type { VenueBust, VenueFill, VenueOrder } from '../schemas/venue.ts';
import { freezeAccount } from './account-standings.ts';
import { appendAudit } from './audit.ts';
import { endUnsent } from './end-unsent.ts';
import { appendEvents } from './events.ts';
import { executionsSetAside } from './fills-set-aside.ts';
import { lockOrder } from './locked-order.ts';
import { noteMove, tellBare } from './order-moves.ts';
import { claimedAmong } from './order-sends.ts';
import { ordersOfDecision, updateOrders, workingOrders } from './orders.ts';
import { keepSteps } from './paper-book.ts';
import { addResults } from './session-results.ts';
import { isMarkedBySession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';
import { historyOf, noteBusts } from './trade-busts.ts';
import { correctTrades } from './trades.ts';
import type { VenueTakeParts } from './venue-parts.ts';

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
  if (after.state !== order.state) await noteChange(trx, parts, order, after, seen?.venueStatus ?? 'a fill', nowMs);
  await tellUncovered(trx, order, step, nowMs);
  const revived = await protectLate(trx, order, after, nowMs);
  return revived ? { ...answer, own: await ordersOfDecision(trx, order.decisionId) } : answer;
}

async function noteChange(
  trx: Database,
  parts: VenueTakeParts,
  before: Order,
  after: Order,
  reason: string,
  atMs: number,
): Promise<void> {
  await noteMove(trx, before, after.state, reason, atMs);
  if (!hasEndedUnfilled(after)) return;
  await endUnsent(trx, parts, await ordersOfDecision(trx, before.decisionId), 'its entry filled nothing');
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
