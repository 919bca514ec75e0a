/**
 * The sending of an order, fenced. A claim commits INTENT → CLAIMED → SENT with an epoch and a deadline before anything
 * leaves; whoever finds a SENT order of a former attempt takes it over as UNKNOWN under the next epoch, and never sends
 * it. What the former attempt still writes matches no row and is counted in `fenced_writes`.
 */
import type { Transaction } from 'kysely';
import { positionOf } from '../domain/execution/book.ts';
import { isProtective } from '../domain/execution/legs.ts';
import { startUnknown } from '../domain/execution/resolve-unknown.ts';
import {
  addsRisk,
  asSent,
  asTakenOver,
  asUnsent,
  type ClaimKind,
  endingWith,
  haltRefusal,
  leavesBare,
  maySendAgain,
  type PastSend,
  SEND_WITHIN_MS,
  sizeClaim,
  waitingFor,
} from '../domain/execution/venue-claim.ts';
import type { Sizing } from '../domain/execution/venue-sizing.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { Order } from '../schemas/execution.ts';
import { standingOf } from './account-standings.ts';
import { appendAudit } from './audit.ts';
import { appendEvents, type NewEvent } from './events.ts';
import { fillsOfOrder } from './fills.ts';
import { upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { LoadedAccount } from './load-walk.ts';
import { updateOrders, workingOrders } from './orders.ts';
import { openOrders } from './paper-book.ts';
import { readSession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';

/** An order that may leave once, under this epoch, before this instant. */
export type SendClaim = { readonly order: Order; readonly epoch: number; readonly sendBeforeMs: number };
export type ClaimAnswer = { readonly claims: readonly SendClaim[]; readonly refusal: GateReason | null };

export type VenueStoreParts = {
  readonly db: Database;
  readonly killFile: () => string | null;
  readonly nowMs: () => number;
  /** How long the venue keeps a client order id taken. */
  readonly idProfile: 'lifetime-unique' | 'open-only';
};

/** `opening`: entries and exits; `protective`: the legs of an entry that has ended, sized by what it filled. */
export async function claimOrders(
  trx: Transaction<Tables>,
  parts: VenueStoreParts,
  decisionId: string,
  which: ClaimKind,
): Promise<ClaimAnswer> {
  const { orders, loaded } = await openOrders(trx, decisionId);
  await takeOver(trx, parts, orders);
  const past = which === 'protective' ? await pastSends(trx, orders) : new Map<string, PastSend>();
  const waiting = waitingFor(orders, which, (one) =>
    maySendAgain(one, past.get(one.clientOrderId) ?? null, parts.idProfile),
  );
  if (waiting.length === 0) return { claims: [], refusal: null };
  const sizing = await sizeOf(trx, waiting, orders, loaded);
  const refusal = sizing.refusal ?? (await sendRefusal(trx, parts, loaded, sizing.sending));
  const unsent = refusal === null ? endingWith(orders, waiting) : orders;
  const reason = refusal?.message ?? sizing.reason;
  if (reason !== null) await endUnsent(trx, parts, unsent, reason);
  return { claims: refusal === null ? await commitSends(trx, parts, sizing.sending, past) : [], refusal };
}

/** Of orders that were claimed before: under which epoch, with which outcome, and whether its guard held it back. */
async function pastSends(trx: Database, orders: readonly Order[]): Promise<Map<string, PastSend>> {
  const legs = orders.filter(isProtective).map((one) => one.clientOrderId);
  if (legs.length === 0) return new Map();
  const rows = await trx
    .selectFrom('order_sends as s')
    .select((eb) => [
      's.client_order_id',
      's.epoch',
      's.outcome',
      eb
        .exists(
          eb
            .selectFrom('fenced_writes as f')
            .select('f.epoch')
            .whereRef('f.client_order_id', '=', 's.client_order_id')
            .where('f.what', '=', 'send')
            .where((inner) => inner('f.epoch', '=', inner('s.epoch', '-', 1))),
        )
        .as('guardRefused'),
    ])
    .where('s.client_order_id', 'in', legs)
    .execute();
  return new Map(
    rows.map(({ client_order_id, epoch, outcome, guardRefused }) => [
      client_order_id,
      { epoch, outcome, guardRefused: guardRefused === true },
    ]),
  );
}

async function sizeOf(
  trx: Database,
  waiting: readonly Order[],
  orders: readonly Order[],
  { state }: LoadedAccount,
): Promise<Sizing> {
  const [first] = waiting;
  if (first === undefined) return { sending: [], refusal: null, reason: null };
  const held = positionOf(state.book, first.strategyId, first.symbol)?.quantity.toFixed() ?? '0';
  const entry = orders.find((one) => one.leg === 'entry');
  const fills = isProtective(first) && entry !== undefined ? await fillsOfOrder(trx, entry.clientOrderId) : [];
  return sizeClaim(waiting, orders, { held, fills, open: await workingOrders(trx, first.accountId) });
}

/** Kill flags, a frozen account and the end of the session stop what adds risk; what reduces passes. */
async function sendRefusal(
  trx: Database,
  parts: VenueStoreParts,
  loaded: LoadedAccount,
  sending: readonly Order[],
): Promise<GateReason | null> {
  const [first] = sending;
  if (first === undefined || !addsRisk(first)) return null;
  if (loaded.account.tradingMode === 'live' && !loaded.liveArmed) {
    return { rule: 'tradingMode', message: `account ${first.accountId} is not armed any more` };
  }
  const frozen = (await standingOf(trx, first.accountId))?.frozen ?? null;
  return haltRefusal(first, loaded.killSwitch ?? parts.killFile(), frozen) ?? (await sessionRefusal(trx, first));
}

async function sessionRefusal(trx: Database, order: Order): Promise<GateReason | null> {
  if (order.sessionId === null) return null;
  const session = await readSession(trx, order.sessionId);
  const query = trx.selectFrom('order_intents').select('epoch').where('client_order_id', '=', order.clientOrderId);
  const intent = await query.executeTakeFirst();
  if (session?.state === 'open' && session.epoch === intent?.epoch) return null;
  return { rule: 'sessionOrder', message: `session ${order.sessionId} has ended or is in a later run` };
}

/** INTENT → CLAIMED → SENT in this transaction: it is committed before a byte goes to the venue. */
async function commitSends(
  trx: Transaction<Tables>,
  parts: VenueStoreParts,
  orders: readonly Order[],
  past: ReadonlyMap<string, PastSend>,
): Promise<SendClaim[]> {
  const nowMs = parts.nowMs();
  const claims: SendClaim[] = [];
  for (const order of orders) {
    const epoch = (past.get(order.clientOrderId)?.epoch ?? 0) + 1;
    claims.push({ order: asSent(order, nowMs), epoch, sendBeforeMs: nowMs + SEND_WITHIN_MS });
  }
  await updateOrders(
    trx,
    claims.map((one) => one.order),
  );
  for (const { order, epoch, sendBeforeMs } of claims) {
    const row = { client_order_id: order.clientOrderId, epoch, outcome: null, evidence: null };
    const times = { claimed_at: toInstant(nowMs), send_before: toInstant(sendBeforeMs) };
    await upsertRows(trx, 'order_sends', ['client_order_id'], [{ ...row, ...times }]);
  }
  await appendAudit(
    trx,
    claims.map(({ order, epoch }) => ({ kind: 'order_sent', body: { ...sentBody(order), epoch }, atMs: nowMs })),
  );
  return claims;
}

const sentBody = ({ clientOrderId, venue, symbol, side, type, quantity, limitPrice, stopPrice }: Order) => ({
  ...{ clientOrderId, venue, symbol, side, type, quantity, limitPrice, stopPrice },
});

/** Orders that will never leave: INTENT → CLAIMED → ABSENT. */
export async function endUnsent(
  trx: Database,
  parts: Pick<VenueStoreParts, 'nowMs'>,
  orders: readonly Order[],
  reason: string,
): Promise<void> {
  const ended = orders.filter((one) => one.state === 'INTENT');
  if (ended.length === 0) return;
  await updateOrders(trx, asUnsent(ended));
  await appendEvents(
    trx,
    ended.map((one) => movedEvent(one, 'ABSENT', reason, parts.nowMs())),
  );
}

export const movedEvent = (order: Order, to: Order['state'], reason: string | null, atMs: number): NewEvent => ({
  type: 'order_moved',
  payload: { clientOrderId: order.clientOrderId, from: order.state, to, reason },
  correlationId: order.decisionId,
  atMs,
});

/** The move, and where it leaves a position without its stop, that too: an alert for a person. */
export function movedEvents(order: Order, to: Order['state'], reason: string | null, atMs: number): NewEvent[] {
  const moved = movedEvent(order, to, reason, atMs);
  if (!leavesBare(order, to)) return [moved];
  const { clientOrderId, accountId, symbol, decisionId } = order;
  const payload = { clientOrderId, accountId, symbol, reason };
  return [moved, { type: 'position_unprotected', payload, correlationId: decisionId, atMs }];
}

/** The same for a decision that nobody works on any more. */
export async function takeOverSent(
  trx: Transaction<Tables>,
  parts: VenueStoreParts,
  decisionId: string,
): Promise<void> {
  const { orders } = await openOrders(trx, decisionId);
  await takeOver(trx, parts, orders);
}

/** SENT by an attempt that is gone, or stands still: nobody knows whether it left. */
async function takeOver(trx: Database, parts: VenueStoreParts, orders: readonly Order[]): Promise<void> {
  const sent = orders.filter((one) => one.state === 'SENT');
  if (sent.length === 0) return;
  const nowMs = parts.nowMs();
  for (const { clientOrderId } of sent) {
    await trx
      .updateTable('order_sends')
      .set((eb) => ({ epoch: eb('epoch', '+', 1), evidence: startUnknown(nowMs) }))
      .where('client_order_id', '=', clientOrderId)
      .execute();
  }
  await updateOrders(trx, asTakenOver(sent));
  await appendEvents(
    trx,
    sent.map((one) => movedEvent(one, 'UNKNOWN', 'taken over from an attempt that did not report', nowMs)),
  );
}
