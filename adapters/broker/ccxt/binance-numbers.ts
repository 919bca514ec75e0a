/**
 * The numbers, ids, instants and refusals in Binance's replies. Numbers arrive as texts, from quotes or kept by
 * exact-json.ts; one that makes no sense is refused with the whole reply. A price of 0 means that there is none.
 */
import { z } from 'zod';
import { type Decimal, decimalText, roundPrice, toDecimal, ZERO } from '../../../domain/decimal.ts';

const NUMBER = /^-?\d{1,30}(\.\d{1,60})?$/;
const INSTANT = /^\d{1,15}$/;

export const number = z.string().regex(NUMBER, { abort: true }).transform(toDecimal);
export const positive = number.refine((value) => value.gt(ZERO));
export const notNegative = number.refine((value) => value.gte(ZERO));
/** Digits only: an id that lost digits, such as 8.38e18, is none. */
export const digits = z.string().regex(/^\d{1,32}$/);
export const text = z.string().min(1).max(128);
export const side = z.enum(['BUY', 'SELL']).transform((word) => (word === 'BUY' ? 'buy' : 'sell'));
export const instant = z.string().regex(INSTANT, { abort: true }).transform(Number);

export const optionalPrice = notNegative.nullish().transform((value) => priceText(value ?? ZERO));

export const priceText = (value: Decimal): string | null => (value.gt(ZERO) ? decimalText(roundPrice(value)) : null);

const NO_TEXT = { code: null, message: null } as const;
const refusalSchema = z.looseObject({ code: z.string().max(40).nullish(), msg: z.string().nullish() });

/** Code and message of a refusal, null where there are none. */
export function wireRefusal(json: unknown): { readonly code: string | null; readonly message: string | null } {
  const parsed = refusalSchema.safeParse(json);
  return parsed.success ? { code: parsed.data.code ?? null, message: parsed.data.msg ?? null } : NO_TEXT;
}
