/**
 * Reads single fields of a request's body. A value that cannot be read throws `Refused`, which carries the answer
 * (422, 40010001): the first mistake ends the reading, as at Alpaca. Absent, null and "" are all absent.
 */
import { type Decimal, toDecimal, ZERO } from '../../../domain/decimal.ts';
import { type Refusal, refusal } from './venue-order.ts';

export type Body = Readonly<Record<string, unknown>>;

const NOT_VALID = 40010001;

export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(message: string) {
    super(message);
    this.refusal = refusal(422, NOT_VALID, message);
  }
}

export function text(body: Body, name: string): string | null {
  const value = body[name] ?? '';
  if (typeof value !== 'string') return refuse(`${name} must be a string`);
  return value === '' ? null : value;
}

export function section(body: Body, name: string): Body | null {
  const value = body[name] ?? null;
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(`${name} must be an object`);
  return Object.fromEntries(Object.entries(value));
}

export function oneOf<Name extends string>(
  body: Body,
  field: string,
  names: readonly Name[],
  missing: Name | null,
): Name {
  const given = text(body, field) ?? missing ?? refuse(`${field} is required`);
  return names.find((name) => name === given) ?? refuse(`invalid ${field}: ${given}`);
}

/** Null when absent. Plain decimal notation only; 0, negatives, exponents and words are refused. */
export function positive(body: Body, name: string, decimalsMax = Number.POSITIVE_INFINITY): Decimal | null {
  const value = body[name] ?? null;
  if (value === null || value === '') return null;
  const digits = typeof value === 'number' && Number.isFinite(value) ? toDecimal(value).toFixed() : value;
  if (typeof digits !== 'string' || !/^\d+(\.\d+)?$/.test(digits)) return refuse(`${name} must be a number > 0`);
  const amount = toDecimal(digits);
  if (!amount.gt(ZERO)) return refuse(`${name} must be > 0`);
  if (amount.decimalPlaces() > decimalsMax) return refuse(`${name} must have at most ${decimalsMax} decimals`);
  return amount;
}

export function refuse(message: string): never {
  throw new Refused(message);
}
