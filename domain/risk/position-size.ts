/**
 * How large a position is proposed: the smallest of what the strategy, the mode and the stop allow, then scaled down.
 * Fractions of equity 0 to 1, quantity in units of the symbol. It proposes; the gate refuses what is still too large.
 */
import { Decimal, floorToStep, toDecimal, ZERO } from '../decimal.ts';

/** Share of equity that may be lost between entry and stop (design page, 1b "Size"). */
export const RISK_PER_TRADE_FRACTION = 0.005;

export type SizeInput = {
  /** The strategy's own size. */
  readonly sizeFraction: number;
  /** `effectiveLimits(policy, limits).positionFractionMax`. */
  readonly positionFractionMax: number;
  /** |entry − stop| / entry. */
  readonly stopDistanceFraction: number;
  readonly agreement: number;
  /** 1 without an allocator. */
  readonly allocationWeight: number;
  readonly equity: Decimal;
  readonly price: Decimal;
  readonly quantityStep: Decimal;
};

export type Size = { readonly sizeFraction: number; readonly quantity: Decimal };

const NOTHING: Size = { sizeFraction: 0, quantity: ZERO };

/**
 * sizeFraction = min(strategy size, position fraction, 0.005 / stop distance) × agreement × allocation weight;
 * quantity = sizeFraction × equity / price, rounded down to the step (design page, 1b). Worked out in decimals, so that
 * quantity × price is never above sizeFraction × equity. An input that is no number in its range gives a size of 0.
 */
export function sizeOf(input: SizeInput): Size {
  const fraction = fractionOf(input);
  const { equity, price, quantityStep } = input;
  const sane = equity.isFinite() && equity.gt(0) && price.isFinite() && price.gt(0);
  if (!fraction.gt(0) || !sane) return NOTHING;
  const budget = equity.times(fraction);
  const down = floorToStep(budget.div(price), quantityStep);
  const quantity = down.times(price).lte(budget) ? down : down.minus(quantityStep);
  return { sizeFraction: fraction.toNumber(), quantity };
}

/** Digits that every double carries: a fraction cut to them is the same as decimal and as number. */
const DIGITS = 15;

function fractionOf(input: SizeInput): Decimal {
  const { agreement, allocationWeight, positionFractionMax, sizeFraction, stopDistanceFraction } = input;
  const shares = [sizeFraction, positionFractionMax, agreement, allocationWeight];
  if (!shares.every((one) => one >= 0 && one <= 1) || !(stopDistanceFraction > 0)) return ZERO;
  const byStop = toDecimal(RISK_PER_TRADE_FRACTION).div(stopDistanceFraction);
  const largest = Decimal.min(sizeFraction, positionFractionMax, byStop);
  return largest.times(agreement).times(allocationWeight).toSignificantDigits(DIGITS, Decimal.ROUND_DOWN);
}
