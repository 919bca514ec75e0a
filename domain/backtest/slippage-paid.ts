/**
 * What fills paid beside the price at which they met the market: half the spread, slippage, and a commission that lies
 * in an entry's price. Worked back out of the prices by the models they came from, so it is exact but for the last
 * decimal of a price. Targets and liquidations fill at their own price and pay none.
 */
import type { Costs, Fill } from '../../schemas/execution.ts';
import { type Decimal, roundMoney, roundPrice, toDecimal, ZERO } from '../decimal.ts';
import { PRICE_KEPT_MIN } from '../engine/costs.ts';
import { roundedPrice } from '../engine/numbers.ts';
import type { EnginePlan } from '../engine/plan.ts';
import type { ResearchFields } from '../engine/research-plan.ts';
import { averageTrueRange } from '../features/average-true-range.ts';
import { type BarSeries, lastBarAt } from '../market/bar-series.ts';

/** How prices come about. */
export type PriceModel = Pick<EnginePlan, 'commission' | 'slippage' | 'halfSpreadBps' | 'volumeFractionMax'>;

/** That of a run that was asked for by `fields`, under costs as a session knows them. */
export const priceModel = (fields: ResearchFields, costs: Costs): PriceModel => ({
  commission: fields.commission,
  slippage: fields.slippage,
  halfSpreadBps: fields.rules === 'desk' ? costs.halfSpreadBps : (fields.halfSpreadBps ?? 0),
  volumeFractionMax: fields.rules === 'desk' ? costs.volumeFractionMax : fields.volumeFractionMax,
});

/** Its client order id ends as `fillsOf` and the desk write it: the leg or why the engine closed, and whether at a close. */
export type PricedFill = Pick<Fill, 'clientOrderId' | 'symbol' | 'side' | 'quantity' | 'price' | 'atMs'>;

/** Money, positive = paid. @throws RangeError where a fill that volume or range has priced has no bar */
export function slippagePaid(fills: readonly PricedFill[], model: PriceModel, series: readonly BarSeries[]): Decimal {
  const pricings = new Map(series.map((bars) => [bars.symbol, pricingOf(bars, model)]));
  const paid = fills.reduce((sum, fill) => {
    const { quantity, price, side } = fill;
    const met = metAt(fill, model, pricings.get(fill.symbol));
    const worse = side === 'buy' ? toDecimal(price).minus(met) : met.minus(price);
    return worse.isZero() ? sum : sum.plus(worse.times(quantity));
  }, ZERO);
  return roundMoney(paid);
}

/** Bars, and ATR14 where slippage is made of it. */
type Pricing = { readonly bars: BarSeries; readonly ranges: Float64Array | null };

const pricingOf = (bars: BarSeries, { slippage }: PriceModel): Pricing => ({
  bars,
  ranges: slippage.kind === 'volatility' ? averageTrueRange(bars, 14) : null,
});

const legOf = ({ clientOrderId }: PricedFill): string => clientOrderId.slice(clientOrderId.lastIndexOf('-') + 1);

/** The price that a fill started from. */
function metAt(fill: PricedFill, model: PriceModel, pricing: Pricing | undefined): Decimal {
  const leg = legOf(fill);
  if (leg === 'target' || leg === 'liquidation') return toDecimal(fill.price);
  const side = fill.side === 'buy' ? 1 : -1;
  const { commission, halfSpreadBps } = model;
  const inPrice = leg === 'entry' && commission.kind === 'entryPrice' ? 1 + side * commission.fraction : 1;
  const { fraction, distance } = impactOn(fill, model, pricing);
  const got = Number(fill.price) / inPrice;
  const factor = 1 + side * (halfSpreadBps / 10_000 + fraction);
  const least = got / PRICE_KEPT_MIN;
  const met = factor > 0 ? Math.min((got - side * distance) / factor, least) : least;
  const rounded = roundedPrice(met);
  return Number.isNaN(rounded) ? roundPrice(toDecimal(met)) : toDecimal(rounded);
}

/** Slippage as a fraction of the price, or as a distance from it. */
type Impact = { readonly fraction: number; readonly distance: number };

function impactOn(fill: PricedFill, { slippage, volumeFractionMax }: PriceModel, pricing: Pricing | undefined): Impact {
  if (slippage.kind === 'bps') return { fraction: slippage.bps / 10_000, distance: 0 };
  const bar = barOf(fill, pricing);
  if (slippage.kind === 'volumeShare') {
    const volume = pricing?.bars.volume[bar] ?? 0;
    const share = Math.min(volume > 0 ? Number(fill.quantity) / volume : 0, volumeFractionMax ?? 1);
    return { fraction: slippage.impact * share * share, distance: 0 };
  }
  const range = slippage.atr * (pricing?.ranges?.[Math.max(0, bar - 1)] ?? 0);
  return { fraction: 0, distance: range > 0 ? range : 0 };
}

function barOf({ clientOrderId, symbol, atMs }: PricedFill, pricing: Pricing | undefined): number {
  const isAtClose = clientOrderId.includes('-atClose-');
  const openTimeMs = atMs - (isAtClose ? (pricing?.bars.intervalMs ?? 0) : 0);
  const bar = pricing === undefined ? -1 : lastBarAt(pricing.bars, openTimeMs);
  if (pricing?.bars.openTimeMs[bar] !== openTimeMs) throw new RangeError(`a fill of ${symbol} at ${atMs} has no bar`);
  return bar;
}
