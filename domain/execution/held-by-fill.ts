/**
 * What a fill changes of what is held. It is not the quantity filled where the venue takes its fee of the coin itself:
 * a buy brings less, a sale takes more. Signed, positive = bought.
 */
import type { Fill } from '../../schemas/execution.ts';
import { type Decimal, toDecimal } from '../decimal.ts';

export function heldByFill({
  side,
  quantity,
  feeQuantity = '0',
}: Pick<Fill, 'side' | 'quantity' | 'feeQuantity'>): Decimal {
  const signed = side === 'buy' ? toDecimal(quantity) : toDecimal(quantity).neg();
  return signed.minus(feeQuantity);
}
