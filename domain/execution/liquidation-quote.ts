/**
 * One question, one answer: at which price is this position liquidated at that venue? Numbers come and go as decimal
 * strings. Which formula is whose is in `liquidation.ts`; the paper book liquidates by `gateOkx`.
 */
import { type Decimal, decimalText, roundPrice, toDecimal, ZERO } from '../decimal.ts';
import {
  bankruptcyPrice,
  binanceLiquidationPrice,
  bybitLiquidationPrice,
  gateOkxLiquidationPrice,
  type PositionSide,
} from './liquidation.ts';

export type LiquidationVenue = 'binance' | 'bybit' | 'gateOkx';
export type LiquidationQuestion = {
  readonly venue: LiquidationVenue;
  readonly side: PositionSide;
  readonly quantity: string;
  readonly entryPrice: string;
  readonly leverage: number;
  readonly maintenanceMarginFraction: string;
  /** Binance: the tier's maintenance amount; Bybit: its deduction. Default 0. */
  readonly maintenanceAmount?: string | undefined;
  /** Gate and OKX only. Default 0. */
  readonly takerFeeFraction?: string | undefined;
  /** Binance cross only: maintenance margin and unrealised result of all other positions. Default 0. */
  readonly otherMaintenanceMargin?: string | undefined;
  readonly otherUnrealizedPnl?: string | undefined;
  /** Margin of the position, or for Binance cross the wallet. Default quantity × entry price / leverage. */
  readonly margin?: string | undefined;
};

export type LiquidationAnswer = {
  readonly liquidationPrice: string;
  readonly bankruptcyPrice: string;
  readonly margin: string;
  /** |liquidation − entry| as a fraction of the entry price. */
  readonly distanceFraction: string;
};

/** @throws RangeError for a quantity, price or leverage that is not positive, or fractions that reach 1 */
export function quoteLiquidation(question: LiquidationQuestion): LiquidationAnswer {
  const quantity = positive('quantity', question.quantity);
  const entryPrice = positive('entryPrice', question.entryPrice);
  const leverage = positive('leverage', question.leverage);
  const margin = question.margin === undefined ? quantity.times(entryPrice).div(leverage) : toDecimal(question.margin);
  const price = priceAt(question, quantity, entryPrice, margin);
  if (!price.isFinite()) throw new RangeError('maintenanceMarginFraction + takerFeeFraction must stay below 1');
  return {
    liquidationPrice: decimalText(roundPrice(price)),
    bankruptcyPrice: decimalText(roundPrice(bankruptcyPrice(question.side, entryPrice, question.leverage))),
    margin: decimalText(roundPrice(margin)),
    distanceFraction: decimalText(roundPrice(price.minus(entryPrice).abs().div(entryPrice))),
  };
}

function priceAt(question: LiquidationQuestion, quantity: Decimal, entryPrice: Decimal, margin: Decimal): Decimal {
  const { side, leverage } = question;
  const maintenanceMarginFraction = toDecimal(question.maintenanceMarginFraction);
  const maintenanceAmount = optional(question.maintenanceAmount);
  const base = { side, quantity, entryPrice, maintenanceMarginFraction };
  switch (question.venue) {
    case 'binance':
      return binanceLiquidationPrice({
        ...{ ...base, walletBalance: margin, maintenanceAmount },
        otherMaintenanceMargin: optional(question.otherMaintenanceMargin),
        otherUnrealizedPnl: optional(question.otherUnrealizedPnl),
      });
    case 'bybit': {
      const extraMargin = margin.minus(quantity.times(entryPrice).div(leverage));
      return bybitLiquidationPrice({ ...base, leverage, maintenanceDeduction: maintenanceAmount, extraMargin });
    }
    case 'gateOkx':
      return gateOkxLiquidationPrice({ ...base, margin, takerFeeFraction: optional(question.takerFeeFraction) });
  }
}

const optional = (value: string | undefined): Decimal => (value === undefined ? ZERO : toDecimal(value));

function positive(name: string, value: string | number): Decimal {
  const decimal = toDecimal(value);
  if (!decimal.gt(ZERO)) throw new RangeError(`${name} must be positive, got ${value}`);
  return decimal;
}
