/** `calc size`: how large a position is proposed. Fractions of equity, money and quantities as decimal strings. */
import { z } from 'zod';
import { decimalText, toDecimal } from '../../../domain/decimal.ts';
import { sizeOf } from '../../../domain/risk/position-size.ts';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';

const fraction = z.number().min(0).max(1);

export const size = calculation({
  name: 'size',
  about: 'size fraction and quantity out of equity, price, stop distance, limits and agreement',
  schema: z.strictObject({
    /** The strategy's own size. */
    sizeFraction: fraction.default(0.1),
    /** The tighter of the mode's profile and the session's limit. */
    positionFractionMax: fraction,
    /** |entry − stop| / entry. */
    stopDistanceFraction: z.number().gt(0).max(1),
    agreement: fraction.default(1),
    allocationWeight: fraction.default(1),
    equity: decimalSchema,
    price: positiveDecimalSchema,
    quantityStep: positiveDecimalSchema.default('0.00000001'),
  }),
  example: {
    sizeFraction: 0.1,
    positionFractionMax: 0.08,
    stopDistanceFraction: 0.1,
    agreement: 1,
    allocationWeight: 1,
    equity: '100000',
    price: '30000',
    quantityStep: '0.00000001',
  },
  answer: ({ equity, price, quantityStep, ...shares }) => {
    const prices = { equity: toDecimal(equity), price: toDecimal(price), quantityStep: toDecimal(quantityStep) };
    const { sizeFraction, quantity } = sizeOf({ ...shares, ...prices });
    return { sizeFraction, quantity: decimalText(quantity) };
  },
});
