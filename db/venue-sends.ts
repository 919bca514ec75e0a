/**
 * The sending of an order, fenced. A claim commits INTENT → CLAIMED → SENT with an epoch and a deadline before anything
 * leaves; whoever finds a SENT order of a former attempt takes it over as UNKNOWN under the next epoch, and never sends
 * it. What the former attempt still writes matches no row and is counted in `fenced_writes`.
 */
import type { Transaction } from 'kysely';
import { type Decimal, ZERO } from '../domain/decimal.ts';
import { positionOf } from '../domain/execution/book.ts';
import { type ClaimFacts, sizeClaim, sizeOvertaken } from '../domain/execution/claim-sizing.ts';
import { refuseObstructed } from '../domain/execution/exit-way.ts';
import { isProtective } from '../domain/execution/legs.ts';
import { uselessLegs } from '../domain/execution/protection.ts';
import { startUnknown } from '../domain/execution/resolve-unknown.ts';
import {
  addsRisk,
  asSent,
  asTakenOver,
  asUnsent,
  type ClaimKind,
  endingWith,
  haltRefusal,
  maySendAgain,
  type PastSend,
  SEND_WITHIN_MS,
  waitingFor,
} from '../domain/execution/venue-claim.ts';
import type { Sizing } from '../domain/execution/venue-sizing.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { Order } from '../schemas/execution.ts';
import { frozenOf } from './account-standings.ts';
import { appendAudit } from './audit.ts';
import { fillsOfOrder } from './fills.ts';
import { upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { LoadedAccount } from './load-walk.ts';
import { noteMove } from './order-moves.ts';
import { updateOrders, workingOrders } from './orders.ts';
import { isOvertaken } from './overtaken.ts';
import { openOrders } from './paper-book.ts';
import { readSession } from './sessions.ts';
import type { Database, Tables } from './tables.ts';

/** An order that may leave once, under this epoch, before this instant. */
export type SendClaim = { readonly order: Order; readonly epoch: number; readonly sendBeforeMs: number };
/** `useless`: legs at the venue whose position is gone. */
export type ClaimAnswer = {
  readonly claims: readonly SendClaim[];
  readonly refusal: GateReason | null;
  readonly useless: readonly Order[];
};

export type VenueStoreParts = {
  readonly db: Database;
  readonly killFile: () => string | null;
  readonly nowMs: () => number;
  /** How long the venue keeps a client order id taken. */
  readonly idProfile: 'lifetime-unique' | 'open-only';
};

/** `lot`: the step in which the venue takes quantities; `free`: what it says there is to close, where it was asked. */
export type VenueFacts = { readonly lot: string | null; readonly free: string | null };

/**
 * `opening`: entries and exits; `protective`: the legs of an entry that has ended, sized by what it brought.
 * @throws Error while open orders are in the way of an exit
 */
export async function claimOrders(
  trx: Transaction<Tables>,
  parts: VenueStoreParts,
  decisionId: string,
  which: ClaimKind,
  { lot, free }: VenueFacts,
): Promise<ClaimAnswer> {
  const { orders, loaded } = await openOrders(trx, decisionId);
  await takeOver(trx, parts, orders);
  const useless = which === 'protective' ? uselessLegs(orders, heldOf(orders, loaded)) : [];
  const past = await pastSends(trx, orders);
  const waiting = waitingFor(orders, which, (one) =>
    maySendAgain(one, past.get(one.clientOrderId) ?? null, parts.idProfile),
  );
  const [first] = waiting;
  if (first === undefined) return { claims: [], refusal: null, useless };
  const open = await workingOrders(trx, first.accountId);
  const frozen = await frozenOf(trx, first.accountId);
  const overtaken = frozen !== null && first.leg === 'exit' && (await isOvertaken(trx, first));
  const sized = await sizeOf(trx, waiting, orders, loaded, { open, lot });
  const sizing = overtaken ? sizeOvertaken(sized, free, lot) : sized;
  const refusal = sizing.refusal ?? (await sendRefusal(trx, parts, loaded, sizing.sending, overtaken ? null : frozen));
  if (refusal === null) refuseObstructed(sizing.sending, open);
  const unsent = refusal === null ? endingWith(orders, waiting) : orders;
  const reason = refusal?.message ?? sizing.reason;
  if (reason !== null) await endUnsent(trx, parts, unsent, reason);
  return { claims: refusal === null ? await commitSends(trx, parts, sizing.sending, past) : [], refusal, useless };
}

/** Signed, of the decision's strategy in its symbol. */
function heldOf([first]: readonly Order[], { state }: LoadedAccount): Decimal {
  return (first && positionOf(state.book, first.strategyId, first.symbol)?.quantity) ?? ZERO;
}

/** Of orders that were claimed before: under which epoch, with which outcome, and whether its guard held it back. */
async function pastSends(trx: Database, orders: readonly Order[]): Promise<Map<string, PastSend>> {
  const ids = orders.map((one) => one.clientOrderId);
  const rows = await trx
    .selectFrom('order_sends as s')
    .select((eb) => [
      's.client_order_id',
      's.epoch',
      's.sends',
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
    .where('s.client_order_id', 'in', ids)
    .execute();
  return new Map(
    rows.map(({ client_order_id, epoch, sends, outcome, guardRefused }) => [
      client_order_id,
      { epoch, sends, outcome, guardRefused: guardRefused === true },
    ]),
  );
}

async function sizeOf(
  trx: Database,
  waiting: readonly Order[],
  orders: readonly Order[],
  loaded: LoadedAccount,
  facts: Pick<ClaimFacts, 'open' | 'lot'>,
): Promise<Sizing> {
  const held = heldOf(waiting, loaded).toFixed();
  const entry = orders.find((one) => one.leg === 'entry');
  const needsFills = waiting.some(isProtective) && entry !== undefined;
  return sizeClaim(waiting, orders, {
    held,
    fills: needsFills ? await fillsOfOrder(trx, entry.clientOrderId) : [],
    ...facts,
  });
}

/** Kill flags and the end of the session stop what adds risk, what reduces passes; a frozen account sends neither. */
async function sendRefusal(
  trx: Database,
  parts: VenueStoreParts,
  loaded: LoadedAccount,
  sending: readonly Order[],
  frozen: string | null,
): Promise<GateReason | null> {
  const [first] = sending;
  if (first === undefined) return null;
  if (addsRisk(first) && loaded.account.tradingMode === 'live' && !loaded.liveArmed) {
    return { rule: 'tradingMode', message: `account ${first.accountId} is not armed any more` };
  }
  const halted = haltRefusal(first, loaded.killSwitch ?? parts.killFile(), frozen);
  return halted ?? (addsRisk(first) ? await sessionRefusal(trx, first) : null);
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
    const sends = (past.get(order.clientOrderId)?.sends ?? 0) + 1;
    const row = { client_order_id: order.clientOrderId, epoch, sends, outcome: null, evidence: null };
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
  for (const one of ended) await noteMove(trx, one, 'ABSENT', reason, parts.nowMs());
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
  for (const one of sent) await noteMove(trx, one, 'UNKNOWN', 'taken over from an attempt that did not report', nowMs);
}
