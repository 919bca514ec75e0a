/**
 * Sending, finding and cancelling single orders at Alpaca. A send is one POST, whatever happens. A cancel is a request
 * there, not a result: what became of the order is read afterwards, once, and a doubt stays a doubt.
 */

import { toDecimal } from '../../../domain/decimal.ts';
import { proofOfSend } from '../../../domain/execution/outcome-table.ts';
import type { Order } from '../../../schemas/execution.ts';
import type { LookUp, VenueOrder } from '../../../schemas/venue.ts';
import type { CancelAllOutcome, CancelOutcome, SendGuard, SendOutcome } from '../venue.ts';
import type { VenueReply } from '../venue-reply.ts';
import type { AlpacaClient } from './alpaca-client.ts';
import { wireCancelAllSchema, wireOrderSchema } from './alpaca-wire.ts';
import { orderBody } from './order-body.ts';

/** Longest wait for a free request; a cancel that cannot leave by then is left to the caller. */
const WAIT_MS = 30_000;
/** A reply to "cancel all" repeats every order. */
const CANCEL_ALL_BYTES_MAX = 16_000_000;
const NOT_FOUND = /not found|does not exist/i;

export async function sendOrder(
  client: AlpacaClient,
  order: Order,
  deadlineMs: number,
  guard?: SendGuard,
): Promise<SendOutcome> {
  const made = orderBody(order);
  if (!made.ok) return { kind: 'rejected', code: 'NOT_SENDABLE', message: made.message };
  const asked = { effect: 'venue.send', kind: 'order', method: 'POST', path: '/v2/orders', deadlineMs } as const;
  return sendOutcome(order, await client.request({ ...asked, body: made.body, ...(guard && { guard }) }));
}

function sendOutcome(order: Order, reply: VenueReply): SendOutcome {
  const sent = reply.kind === 'reply' ? sentOrder(order, reply) : null;
  const evidence = reply.kind === 'failure' ? reply : { ...reply, order: standing(sent) };
  const proof = proofOfSend('alpaca', evidence);
  if (proof.proves === 'accepted' && sent !== null) return { kind: 'accepted', order: sent };
  if (proof.proves === 'rejected') return { kind: 'rejected', code: proof.code, message: proof.reason };
  return { kind: 'ambiguous', reason: proof.proves === 'nothing' ? proof.reason : 'no order in the reply' };
}

function standing(sent: VenueOrder | null): 'ours' | 'refused' | 'none' {
  if (sent === null) return 'none';
  return sent.state === 'REJECTED' ? 'refused' : 'ours';
}

/** The order in the reply, if it is the very one that was sent. */
function sentOrder(order: Order, reply: { readonly json: unknown }): VenueOrder | null {
  const parsed = wireOrderSchema.safeParse(reply.json);
  return parsed.success && isSame(order, parsed.data) ? parsed.data : null;
}

const isSame = (order: Order, found: VenueOrder): boolean =>
  found.clientOrderId === order.clientOrderId &&
  plain(found.symbol) === plain(order.symbol) &&
  found.side === order.side &&
  toDecimal(found.quantity).eq(order.quantity);

const plain = (symbol: string): string => symbol.replace('/', '');

export async function lookUpOrder(client: AlpacaClient, clientOrderId: string): Promise<LookUp> {
  const path = `/v2/orders:by_client_order_id?client_order_id=${encodeURIComponent(clientOrderId)}`;
  const reply = await client.request({ effect: 'venue.lookUp', kind: 'read', method: 'GET', path, ...soon(client) });
  if (reply.kind === 'failure') return { kind: 'failed', reason: reply.reason };
  if (isNotFound(reply)) return { kind: 'notFound' };
  if (reply.status !== 200) return { kind: 'failed', reason: told(reply) };
  const parsed = wireOrderSchema.safeParse(reply.json);
  if (!parsed.success) return { kind: 'failed', reason: `the reply is no order: ${firstIssue(parsed.error)}` };
  if (parsed.data.clientOrderId !== clientOrderId) return { kind: 'failed', reason: 'the reply is another order' };
  return { kind: 'found', order: parsed.data };
}

export async function cancelOrder(client: AlpacaClient, order: Order): Promise<CancelOutcome> {
  const look = order.venueOrderId === null ? await lookUpOrder(client, order.clientOrderId) : null;
  if (look?.kind === 'notFound') return look;
  if (look?.kind === 'failed') return { kind: 'ambiguous', reason: look.reason };
  if (look !== null && isFinal(look.order)) return finalOutcome(look.order);
  const id = look === null ? order.venueOrderId : look.order.venueOrderId;
  const path = `/v2/orders/${encodeURIComponent(id ?? '')}`;
  const asked = { effect: 'venue.cancel', kind: 'cancel', method: 'DELETE', path } as const;
  const reply = await client.request({ ...asked, ...soon(client) });
  if (reply.kind === 'failure') return { kind: 'ambiguous', reason: reply.reason };
  if (isNotFound(reply)) return { kind: 'notFound' };
  if (![200, 204, 422].includes(reply.status)) return { kind: 'ambiguous', reason: told(reply) };
  return afterCancel(await lookUpOrder(client, order.clientOrderId), told(reply));
}

/** 204 only says that the cancel was taken, 422 that there was nothing to cancel: the order itself decides. */
function afterCancel(look: LookUp, said: string): CancelOutcome {
  if (look.kind === 'found' && isFinal(look.order)) return finalOutcome(look.order);
  const seen = look.kind === 'found' ? `the order is ${look.order.venueStatus}` : `the look-up says ${look.kind}`;
  return { kind: 'ambiguous', reason: `cancel: ${said}, ${seen}` };
}

const isFinal = ({ state }: VenueOrder): boolean => state !== 'ACKED' && state !== 'PARTIAL';

const finalOutcome = (order: VenueOrder): CancelOutcome =>
  order.state === 'CANCELED' ? { kind: 'canceled', order } : { kind: 'tooLate', order };

/** Straight at the venue, for the kill switch too: one request for all open orders of the account. */
export async function cancelAllOrders(client: AlpacaClient): Promise<CancelAllOutcome> {
  const asked = { effect: 'venue.cancelAll', kind: 'cancel', method: 'DELETE', path: '/v2/orders' } as const;
  const reply = await client.request({ ...asked, ...soon(client), bodyBytesMax: CANCEL_ALL_BYTES_MAX });
  if (reply.kind === 'failure') return { kind: 'ambiguous', reason: reply.reason };
  if (reply.status === 204) return { kind: 'taken', venueOrderIds: [], refused: [] };
  const parsed = wireCancelAllSchema.safeParse(reply.json);
  if (![200, 207].includes(reply.status) || !parsed.success) return { kind: 'ambiguous', reason: told(reply) };
  const refused = parsed.data.filter(({ status }) => !status.startsWith('2'));
  return {
    kind: 'taken',
    venueOrderIds: parsed.data.filter(({ status }) => status.startsWith('2')).map(({ id }) => id),
    refused: refused.map(({ id, status }) => ({ venueOrderId: id, status })),
  };
}

type Reply = Extract<VenueReply, { kind: 'reply' }>;

/** Alpaca's own answer; a 404 page of a machine in between says nothing about an order. */
const isNotFound = ({ status, code, message }: Reply): boolean =>
  status === 404 && (code === '40410000' || NOT_FOUND.test(message ?? ''));

export const told = ({ status, code, message }: Reply): string =>
  [`HTTP ${status}`, code, message].filter((part) => part !== null).join(' ');

export const firstIssue = (error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string =>
  error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim())[0] ?? '';

export const soon = (client: AlpacaClient): { readonly deadlineMs: number } => ({
  deadlineMs: client.nowMs() + WAIT_MS,
});
