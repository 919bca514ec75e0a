/**
 * Finding and cancelling single orders. Binance finds an order only with its symbol, so a look-up asks for each symbol
 * of this venue, and among the conditional orders of futures too. What became of a cancelled order is read afterwards,
 * once, and a doubt stays a doubt.
 */
import type { Order } from '../../../schemas/execution.ts';
import type { LookUp, VenueOrder } from '../../../schemas/venue.ts';
import type { CancelOutcome } from '../venue.ts';
import { wireOrderSchema } from './binance-wire.ts';
import type { CcxtAccess } from './ccxt-config.ts';
import type { CcxtExchangeClient } from './ccxt-exchange.ts';
import type { CcxtDesk, Markets } from './ccxt-markets.ts';
import { answerOf, isUnknownOrder, soon, told } from './ccxt-reply.ts';
import { wireConditionalSchema } from './conditional-wire.ts';
import { isConditional } from './order-request.ts';

/** `symbols`: where to look; without it, everywhere. */
export async function lookUpOrder(
  desk: CcxtDesk,
  clientOrderId: string,
  symbols: readonly string[] = desk.access.symbols,
): Promise<LookUp> {
  const markets = await desk.askMarkets(soon(desk.client).deadlineMs);
  if (markets.kind === 'failed') return markets;
  for (const symbol of symbols) {
    const id = markets.value.bySymbol.get(symbol)?.id;
    // With a market its orders are gone.
    if (id === undefined) continue;
    const look = await lookUpIn(desk, markets.value, { symbol: id, origClientOrderId: clientOrderId });
    if (look.kind !== 'notFound') return checked(look, clientOrderId);
  }
  if (desk.access.market === 'spot') return { kind: 'notFound' };
  return checked(await lookUpConditional(desk, markets.value, clientOrderId), clientOrderId);
}

const checked = (look: LookUp, clientOrderId: string): LookUp =>
  look.kind === 'found' && look.order.clientOrderId !== clientOrderId
    ? { kind: 'failed', reason: 'the reply is another order' }
    : look;

async function lookUpIn({ client, access }: CcxtDesk, markets: Markets, query: object): Promise<LookUp> {
  const reply = await client.request({
    effect: 'venue.lookUp',
    kind: 'read',
    call: (exchange) =>
      access.market === 'spot' ? exchange.privateGetOrder({ ...query }) : exchange.fapiPrivateGetOrder({ ...query }),
    ...soon(client),
  });
  if (isUnknownOrder(reply)) return { kind: 'notFound' };
  const answer = answerOf(wireOrderSchema(markets), reply);
  return answer.kind === 'failed' ? answer : { kind: 'found', order: answer.value };
}

/** A conditional order that was triggered is found as the order it became, under the client id it was sent with. */
async function lookUpConditional(desk: CcxtDesk, markets: Markets, clientAlgoId: string): Promise<LookUp> {
  const reply = await desk.client.request({
    effect: 'venue.lookUp',
    kind: 'read',
    call: (exchange) => exchange.fapiPrivateGetAlgoOrder({ clientAlgoId }),
    ...soon(desk.client),
  });
  if (isUnknownOrder(reply)) return { kind: 'notFound' };
  const answer = answerOf(wireConditionalSchema(markets), reply);
  if (answer.kind === 'failed') return answer;
  const { order, symbolId, actualOrderId } = answer.value;
  if (actualOrderId === null) return { kind: 'found', order };
  const actual = await lookUpIn(desk, markets, { symbol: symbolId, orderId: actualOrderId });
  if (actual.kind === 'notFound') return { kind: 'failed', reason: 'triggered, and its order is not found yet' };
  if (actual.kind === 'failed') return actual;
  const { clientOrderId, stopPrice } = order;
  return { kind: 'found', order: { ...actual.order, clientOrderId, stopPrice } };
}

export async function cancelOrder(desk: CcxtDesk, order: Order): Promise<CancelOutcome> {
  const { client, access, askMarkets } = desk;
  const { deadlineMs } = soon(client);
  const markets = await askMarkets(deadlineMs);
  if (markets.kind === 'failed') return { kind: 'ambiguous', reason: markets.reason };
  const symbol = markets.value.bySymbol.get(order.symbol)?.id ?? order.symbol;
  const reply = await client.request({
    effect: 'venue.cancel',
    kind: 'cancel',
    call: (exchange) => remove(exchange, access, order, symbol),
    deadlineMs,
  });
  if (reply.kind === 'failure') return { kind: 'ambiguous', reason: reply.reason };
  const isUnknown = isUnknownOrder(reply);
  if (!isUnknown && reply.status !== 200) return { kind: 'ambiguous', reason: told(reply) };
  return afterCancel(await lookUpOrder(desk, order.clientOrderId, [order.symbol]), isUnknown, told(reply));
}

function remove(exchange: CcxtExchangeClient, { market }: CcxtAccess, order: Order, symbol: string) {
  const { clientOrderId } = order;
  if (isConditional(order, market)) return exchange.fapiPrivateDeleteAlgoOrder({ clientAlgoId: clientOrderId });
  const fields = { symbol, origClientOrderId: clientOrderId };
  return market === 'spot' ? exchange.privateDeleteOrder(fields) : exchange.fapiPrivateDeleteOrder(fields);
}

/** The venue's "unknown order" also means one that has ended: the order itself decides. */
function afterCancel(look: LookUp, isUnknown: boolean, said: string): CancelOutcome {
  if (look.kind === 'found' && isFinal(look.order)) return finalOutcome(look.order);
  if (look.kind === 'notFound' && isUnknown) return { kind: 'notFound' };
  const seen = look.kind === 'found' ? `the order is ${look.order.venueStatus}` : `the look-up says ${look.kind}`;
  return { kind: 'ambiguous', reason: `cancel: ${said}, ${seen}` };
}

const isFinal = ({ state }: VenueOrder): boolean => state !== 'ACKED' && state !== 'PARTIAL';

const finalOutcome = (order: VenueOrder): CancelOutcome =>
  order.state === 'CANCELED' ? { kind: 'canceled', order } : { kind: 'tooLate', order };
