/**
 * Liquidation prices by the formulas the venues publish; margin, prices and values in quote currency.
 * The paper book uses the isolated Gate / OKX formula. Tiers are data with a date, never constants of the code.
 * The shortcut EP × (1 − 1/L + MMR) ignores fees and maintenance amounts and is not here on purpose.
 */
import { Decimal, ONE, ZERO } from '../decimal.ts';

export type PositionSide = 'long' | 'short';
const signOf = (side: PositionSide): number => (side === 'long' ? 1 : -1);

/** One bracket of a maintenance table: applies to a notional from `notionalFloor` on. */
export type MarginTier = {
  readonly notionalFloor: Decimal;
  readonly maintenanceMarginFraction: Decimal;
  readonly maintenanceAmount: Decimal;
};

/** Maintenance amounts by cum_n = cum_(n−1) + floor_n × (MMR_n − MMR_(n−1)), floors ascending (Binance). */
export function tiersOf(rates: readonly (readonly [notionalFloor: Decimal, rate: Decimal])[]): MarginTier[] {
  const tiers: MarginTier[] = [];
  for (const [notionalFloor, rate] of rates) {
    const last = tiers.at(-1);
    const rise = last === undefined ? ZERO : notionalFloor.times(rate.minus(last.maintenanceMarginFraction));
    const maintenanceAmount = (last?.maintenanceAmount ?? ZERO).plus(rise);
    tiers.push({ notionalFloor, maintenanceMarginFraction: rate, maintenanceAmount });
  }
  return tiers;
}

/** The tier of a notional. A notional on a floor is still in the bracket below it. @throws RangeError without tiers */
export function tierOf(tiers: readonly MarginTier[], notional: Decimal): MarginTier {
  const tier = tiers.findLast((one) => notional.gt(one.notionalFloor)) ?? tiers[0];
  if (tier === undefined) throw new RangeError('a maintenance table needs at least one tier');
  return tier;
}

export type BinanceInput = {
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  /** Isolated: the position's margin. Cross: the whole wallet. */
  readonly walletBalance: Decimal;
  readonly maintenanceMarginFraction: Decimal;
  readonly maintenanceAmount: Decimal;
  /** Cross only: maintenance margin and unrealised result of all other positions. */
  readonly otherMaintenanceMargin?: Decimal;
  readonly otherUnrealizedPnl?: Decimal;
};

/** Binance USD-M: (WB − TMM + UPNL + cum − s q EP) / (q MMR − s q), s = 1 long, −1 short. Never below 0. */
export function binanceLiquidationPrice(input: BinanceInput): Decimal {
  const signed = input.quantity.times(signOf(input.side));
  const above = input.walletBalance
    .minus(input.otherMaintenanceMargin ?? ZERO)
    .plus(input.otherUnrealizedPnl ?? ZERO)
    .plus(input.maintenanceAmount)
    .minus(signed.times(input.entryPrice));
  return notNegative(above.div(input.quantity.times(input.maintenanceMarginFraction).minus(signed)));
}

export type BybitInput = {
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly leverage: number;
  readonly maintenanceMarginFraction: Decimal;
  readonly maintenanceDeduction?: Decimal;
  readonly extraMargin?: Decimal;
};

/** Bybit USDT isolated: EP ∓ (IM − MM)/q ∓ extra/q; IM = q EP / L, MM = q EP MMR − deduction. */
export function bybitLiquidationPrice(input: BybitInput): Decimal {
  const value = input.quantity.times(input.entryPrice);
  const maintenance = value.times(input.maintenanceMarginFraction).minus(input.maintenanceDeduction ?? ZERO);
  const cushion = value
    .div(input.leverage)
    .minus(maintenance)
    .plus(input.extraMargin ?? ZERO);
  return notNegative(input.entryPrice.minus(cushion.div(input.quantity).times(signOf(input.side))));
}

export type GateOkxInput = {
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly margin: Decimal;
  readonly maintenanceMarginFraction: Decimal;
  readonly takerFeeFraction: Decimal;
};

/**
 * Gate / OKX isolated: (EP ∓ margin/q) / (1 ∓ (MMR + taker fee)). A long whose MMR + fee reach 1 is liquid at any
 * price: Infinity.
 */
export function gateOkxLiquidationPrice(input: GateOkxInput): Decimal {
  const sign = signOf(input.side);
  const above = input.entryPrice.minus(input.margin.div(input.quantity).times(sign));
  const below = ONE.minus(input.maintenanceMarginFraction.plus(input.takerFeeFraction).times(sign));
  return below.gt(ZERO) ? notNegative(above.div(below)) : new Decimal(Number.POSITIVE_INFINITY);
}

/** Where the margin is gone: EP × (1 ∓ 1/L). */
export const bankruptcyPrice = (side: PositionSide, entryPrice: Decimal, leverage: number): Decimal =>
  entryPrice.times(ONE.minus(ONE.div(leverage).times(signOf(side))));

const notNegative = (price: Decimal): Decimal => Decimal.max(price, ZERO);
