/**
 * Sending single orders. A send is one request, whatever happens; only the market's steps are asked for before, once.
 */
import { toDecimal } from '../../../domain/decimal.ts';
import { proofOfSend } from '../../../domain/execution/outcome-table.ts';
import type { Order } from '../../../schemas/execution.ts';
import type { VenueOrder } from '../../../schemas/venue.ts';
import type { SendGuard, SendOutcome } from '../venue.ts';
import type { VenueReply } from '../venue-reply.ts';
import { wireOrderSchema } from './binance-wire.ts';
import type { CcxtAccess } from './ccxt-config.ts';
import type { CcxtExchangeClient } from './ccxt-exchange.ts';
import type { CcxtDesk, Markets } from './ccxt-markets.ts';
import { answerOf } from './ccxt-reply.ts';
import { wireConditionalSchema } from './conditional-wire.ts';
import { orderRequest } from './order-request.ts';

export async function sendOrder(
  { client, access, askMarkets }: CcxtDesk,
  order: Order,
  deadlineMs: number,
  guard?: SendGuard,
): Promise<SendOutcome> {
  const markets = await askMarkets(deadlineMs);
  if (markets.kind === 'failed') return { kind: 'rejected', code: 'NOT_SENT', message: markets.reason };
  const made = orderRequest(order, markets.value.bySymbol.get(order.symbol), access.market);
  if (!made.ok) return { kind: 'rejected', code: 'NOT_SENDABLE', message: made.message };
  const reply = await client.request({
    effect: 'venue.send',
    kind: 'order',
    call: (exchange) => post(exchange, access, made.conditional, made.fields),
    deadlineMs,
    ...(guard && { guard }),
  });
  return sendOutcome(order, reply, sentOrder(reply, made.conditional, markets.value));
}

function post(exchange: CcxtExchangeClient, { market }: CcxtAccess, conditional: boolean, fields: object) {
  if (market === 'spot') return exchange.privatePostOrder({ ...fields });
  return conditional ? exchange.fapiPrivatePostAlgoOrder({ ...fields }) : exchange.fapiPrivatePostOrder({ ...fields });
}

function sendOutcome(order: Order, reply: VenueReply, sent: VenueOrder | null): SendOutcome {
  const ours = sent !== null && isSame(order, sent) ? sent : null;
  const evidence = reply.kind === 'failure' ? reply : { ...reply, order: standing(ours) };
  const proof = proofOfSend('ccxt-binance', evidence);
  if (proof.proves === 'accepted' && ours !== null) return { kind: 'accepted', order: ours };
  if (proof.proves === 'rejected') return { kind: 'rejected', code: proof.code, message: proof.reason };
  return { kind: 'ambiguous', reason: proof.proves === 'nothing' ? proof.reason : 'no order in the reply' };
}

function standing(sent: VenueOrder | null): 'ours' | 'refused' | 'none' {
  if (sent === null) return 'none';
  return sent.state === 'REJECTED' ? 'refused' : 'ours';
}

function sentOrder(reply: VenueReply, conditional: boolean, markets: Markets): VenueOrder | null {
  if (conditional) {
    const answer = answerOf(wireConditionalSchema(markets), reply);
    return answer.kind === 'answered' ? answer.value.order : null;
  }
  const answer = answerOf(wireOrderSchema(markets), reply);
  return answer.kind === 'answered' ? answer.value : null;
}

/** Is the order in the reply the very one that was sent? */
const isSame = (order: Order, found: VenueOrder): boolean =>
  found.clientOrderId === order.clientOrderId &&
  found.symbol === order.symbol &&
  found.side === order.side &&
  toDecimal(found.quantity).eq(order.quantity);
