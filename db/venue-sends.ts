/**
 * The sending of an order, fenced. A claim commits INTENT → CLAIMED → SENT with an epoch and a deadline before anything
 * leaves; whoever finds a SENT order of a former attempt takes it over (`take-over-sent.ts`) and never sends it. What
 * the former attempt still writes matches no row and is counted in `fenced_writes`.
 */
import type { Transaction } from 'kysely';
import { type Decimal, ZERO } from '../domain/decimal.ts';
import { positionOf } from '../domain/execution/book.ts';
import { type ClaimFacts, sizeClaim, sizeOvertaken } from '../domain/execution/claim-sizing.ts';
import { refuseObstructed } from '../domain/execution/exit-way.ts';
import { isProtective } from '../domain/execution/legs.ts';
import { uselessLegs } from '../domain/execution/protection.ts';
import {
  asSent,
  type ClaimKind,
  endingWith,
  type PastSend,
  SEND_WITHIN_MS,
  waitingFor,
} from '../domain/execution/venue-claim.ts';
import type { Sizing } from '../domain/execution/venue-sizing.ts';
import type { GateReason } from '../schemas/decision.ts';
import type { Order } from '../schemas/execution.ts';
import { frozenOf } from './account-standings.ts';
import { appendAudit } from './audit.ts';
import { endUnsent } from './end-unsent.ts';
import { fillsOfOrder } from './fills.ts';
import { upsertRows } from './insert-rows.ts';
import { toInstant } from './instant.ts';
import type { LoadedAccount } from './load-walk.ts';
import { pastSends } from './order-sends.ts';
import { updateOrders, workingOrders } from './orders.ts';
import { isOvertaken } from './overtaken.ts';
import { openOrders } from './paper-book.ts';
import { sendRefusal } from './send-refusal.ts';
import type { Database, Tables } from './tables.ts';
import { takeOver } from './take-over-sent.ts';
import type { SendClaim, VenueStoreParts } from './venue-parts.ts';

/** `useless`: legs at the venue whose position is gone. */
export type ClaimAnswer = {
  readonly claims: readonly SendClaim[];
  readonly refusal: GateReason | null;
  readonly useless: readonly Order[];
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
  const waiting = waitingFor(orders, which, {
    pastOf: ({ clientOrderId }) => past.get(clientOrderId) ?? null,
    idProfile: parts.idProfile,
    nowMs: parts.nowMs(),
  });
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
