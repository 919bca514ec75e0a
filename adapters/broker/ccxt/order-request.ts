/**
 * One order of ours as Binance takes it, spot or futures. A quantity that does not fit the market's step is refused
 * here: an order goes out as it was approved or not at all. A price is moved to the market's step, never against us.
 * Stop orders of futures are conditional orders there, kept apart under ids of their own.
 */
import { type Decimal, decimalText, toDecimal } from '../../../domain/decimal.ts';
import type { CcxtMarket } from '../../../schemas/ccxt-settings.ts';
import type { Order } from '../../../schemas/execution.ts';
import type { VenueMarket } from './ccxt-markets.ts';

type Fields = Readonly<Record<string, string>>;
/** `conditional`: goes to the conditional orders of futures. */
type OrderRequest =
  | { readonly ok: true; readonly fields: Fields; readonly conditional: boolean }
  | { readonly ok: false; readonly message: string };

export const isConditional = (order: Order, market: CcxtMarket): boolean => market === 'swap' && order.type === 'stop';

/** What is missing or does not fit: nothing must be sent then. */
export function orderRequest(order: Order, market: VenueMarket | undefined, kind: CcxtMarket): OrderRequest {
  if (market === undefined)
    return refused(`${order.symbol} is not among the symbols of this venue, or no market of it any more`);
  const { type, limitPrice, stopPrice } = order;
  if (type === 'limit' && limitPrice === null) return refused('a limit order without limit price');
  if (type === 'stop' && stopPrice === null) return refused('a stop order without stop price');
  const quantity = toDecimal(order.quantity);
  if (!quantity.gt(0)) return refused(`quantity ${order.quantity} is not above 0`);
  const step = market.quantityStep;
  if (!quantity.mod(step).isZero()) {
    return refused(`quantity ${order.quantity} is no multiple of ${decimalText(step)}, the step of ${order.symbol}`);
  }
  const conditional = isConditional(order, kind);
  const fields = { ...commonOf(order, market, quantity), ...replyOf(kind, conditional) };
  const idName = conditional ? 'clientAlgoId' : 'newClientOrderId';
  const prices = pricesOf(order, market, kind);
  return { ok: true, fields: { ...fields, [idName]: order.clientOrderId, ...prices }, conditional };
}

const refused = (message: string): OrderRequest => ({ ok: false, message });

const commonOf = (order: Order, market: VenueMarket, quantity: Decimal): Fields => ({
  symbol: market.id,
  side: order.side === 'buy' ? 'BUY' : 'SELL',
  quantity: decimalText(quantity),
});

/** Futures close with `reduceOnly`; spot knows no positions to reduce. */
function replyOf(kind: CcxtMarket, conditional: boolean): Fields {
  if (kind === 'spot') return { newOrderRespType: 'FULL' };
  return conditional ? { algoType: 'CONDITIONAL' } : { newOrderRespType: 'RESULT' };
}

function pricesOf({ type, side, limitPrice, stopPrice, reduceOnly }: Order, market: VenueMarket, kind: CcxtMarket) {
  const reduces: Fields = reduceOnly && kind === 'swap' ? { reduceOnly: 'true' } : {};
  if (type === 'limit' && limitPrice !== null) {
    const steps = toDecimal(limitPrice).div(market.priceStep);
    const price = decimalText((side === 'buy' ? steps.floor() : steps.ceil()).times(market.priceStep));
    return { ...reduces, type: 'LIMIT', timeInForce: 'GTC', price };
  }
  if (type !== 'stop' || stopPrice === null) return { ...reduces, type: 'MARKET' };
  const stop = decimalText(toDecimal(stopPrice).toNearest(market.priceStep));
  if (kind === 'spot') return { type: 'STOP_LOSS', stopPrice: stop };
  return { ...reduces, type: 'STOP_MARKET', triggerPrice: stop };
}
