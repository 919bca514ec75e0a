/**
 * Fees that a venue takes of what a fill brings without saying how much: coins of a buy, money of a sale. What is
 * missing at the venue, beside what the fills alone would have left, is the fee, as long as it can be one. Quantities
 * and money are decimal strings; nothing is guessed: what does not add up is left for the comparison of books.
 */
import type { VenueFill } from '../../schemas/venue.ts';
import { Decimal, decimalText, toDecimal, ZERO } from '../decimal.ts';
import { heldByFill } from './held-by-fill.ts';

/** Of both sides, at one moment: what is held in the symbol, and the cash. */
export type Purse = { readonly held: string; readonly cash: string };
/** `unbooked`: every fill of the account that the venue tells and our purse does not know. */
export type FeeFacts = { readonly ours: Purse; readonly theirs: Purse; readonly unbooked: readonly VenueFill[] };

/** Alpaca's dearest tier, as a fraction of what the fill brings (docs.alpaca.markets/docs/crypto-fees). */
const FEE_FRACTION_MAX = toDecimal('0.0025');
/** What a fill may be off by rounding: coins have nine decimals, cash may be told in cents. */
const ROUNDING = { coins: toDecimal('0.000000001'), cash: toDecimal('0.005') } as const;
const DECIMALS = 9;

/**
 * The fills of one order, of one symbol and side, with what each of them has paid. What was taken together is split by
 * what each fill brought.
 * @returns null while what is missing at the venue cannot be the fee of these fills
 */
export function withFees(own: readonly VenueFill[], facts: FeeFacts): VenueFill[] | null {
  const [first] = own;
  if (first === undefined) return [];
  const isCoin = first.side === 'buy';
  const untold = facts.unbooked.filter(
    (one) => one.isFeeUntold === true && one.side === first.side && (!isCoin || one.symbol === first.symbol),
  );
  const brings = (one: VenueFill): Decimal => toDecimal(one.quantity).times(isCoin ? '1' : one.price);
  const brought = untold.reduce((sum, one) => sum.plus(brings(one)), ZERO);
  const rounding = ROUNDING[isCoin ? 'coins' : 'cash'].times(untold.length);
  const missing = isCoin ? coinsMissing(first.symbol, facts) : cashMissing(facts);
  if (missing.lt(rounding.neg()) || missing.gt(brought.times(FEE_FRACTION_MAX).plus(rounding))) return null;
  const fees = split(Decimal.max(missing, ZERO), untold.map(brings));
  const feeOf = new Map(untold.map((one, index) => [one.tradeId, decimalText(fees[index] ?? ZERO)]));
  return own.map((one) => {
    const fee = feeOf.get(one.tradeId);
    if (fee === undefined) return one;
    const { isFeeUntold: _told, ...told } = one;
    return isCoin ? { ...told, feeQuantity: fee } : { ...told, fee };
  });
}

function coinsMissing(symbol: string, { ours, theirs, unbooked }: FeeFacts): Decimal {
  const fills = unbooked.filter((one) => one.symbol === symbol);
  return fills.reduce((sum, one) => sum.plus(heldByFill(one)), toDecimal(ours.held)).minus(theirs.held);
}

function cashMissing({ ours, theirs, unbooked }: FeeFacts): Decimal {
  const paid = ({ side, quantity, price, fee }: VenueFill): Decimal =>
    toDecimal(side === 'buy' ? quantity : `-${quantity}`)
      .times(price)
      .plus(fee ?? '0');
  return unbooked.reduce((sum, one) => sum.minus(paid(one)), toDecimal(ours.cash)).minus(theirs.cash);
}

/** In proportion to the weights, each rounded down; the last takes the rest. */
function split(amount: Decimal, weights: readonly Decimal[]): Decimal[] {
  const total = weights.reduce((sum, one) => sum.plus(one), ZERO);
  let left = amount;
  return weights.map((weight, index) => {
    const share = amount.times(weight).div(total).toDecimalPlaces(DECIMALS, Decimal.ROUND_DOWN);
    const part = index === weights.length - 1 ? left : share;
    left = left.minus(part);
    return part;
  });
}
