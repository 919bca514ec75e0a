/**
 * The words of the public page for sizes and costs, as the models of a plan: `percent:0.002`, `wholeShares:0.9999` and
 * the like. Null where a text is none of them. `PLAN_FORMS` says what is expected.
 */
import type { CommissionModel, SizeRule, SlippageModel } from './plan.ts';

export const PLAN_FORMS = {
  commission: 'bps:N, percent:FRACTION, perShare:COST[:MINIMUM], perContract:COST:FEE[:MINIMUM] or perDollar:FRACTION',
  slippage: 'bps:N, volumeShare:IMPACT or volatility:ATR',
  size: 'fraction:SHARE[:decision|:fill] or wholeShares:SHARE[:fill|:decision], the share above 0 and at most 10',
} as const;

const NUMBER = /^\d{1,9}(?:\.\d{1,12})?$/;

/** The name and the numbers of `name:1:2`; null where a part is no plain number. */
function parts(text: string): { readonly name: string; readonly numbers: readonly number[] } | null {
  const [name = '', ...rest] = text.split(':');
  return rest.length > 0 && rest.every((one) => NUMBER.test(one)) ? { name, numbers: rest.map(Number) } : null;
}

const within = (value: number | undefined, most: number): value is number => value !== undefined && value <= most;

/**
 * percent charges the fraction on entries only, inside their price, as backtesting.py does; perDollar and bps charge
 * every fill. A minimum holds for an order with all its fills (zipline, Interactive Brokers).
 */
export function commissionOf(text: string): CommissionModel | null {
  const found = parts(text);
  if (found === null) return null;
  const { name, numbers } = found;
  const [first, second, third] = numbers;
  if (name === 'bps' && numbers.length === 1 && within(first, 1_000)) return { kind: 'bps', bps: first };
  if (name === 'perDollar' && numbers.length === 1 && within(first, 0.1)) return { kind: 'bps', bps: first * 10_000 };
  if (name === 'percent' && numbers.length === 1 && within(first, 0.1)) return { kind: 'entryPrice', fraction: first };
  if (name === 'perShare' && numbers.length <= 2 && within(first, 1_000)) {
    return { kind: 'perShare', cost: first, fee: 0, minimum: second ?? 0 };
  }
  if (name === 'perContract' && numbers.length >= 2 && numbers.length <= 3 && within(first, 1_000)) {
    return { kind: 'perShare', cost: first, fee: second ?? 0, minimum: third ?? 0 };
  }
  return null;
}

export function slippageOf(text: string): SlippageModel | null {
  const found = parts(text);
  const value = found?.numbers[0];
  if (found === null || found.numbers.length !== 1) return null;
  if (found.name === 'bps' && within(value, 1_000)) return { kind: 'bps', bps: value };
  if (found.name === 'volumeShare' && within(value, 10)) return { kind: 'volumeShare', impact: value };
  return found.name === 'volatility' && within(value, 10) ? { kind: 'volatility', atr: value } : null;
}

/** fraction is sized at the decision's close unless told otherwise, wholeShares at the price of the fill. */
export function sizeOfText(text: string): SizeRule | null {
  const [, kind, share = '', at] = /^(fraction|wholeShares):([\d.]+)(?::(decision|fill))?$/.exec(text) ?? [];
  const fraction = NUMBER.test(share) ? Number(share) : Number.NaN;
  if ((kind !== 'fraction' && kind !== 'wholeShares') || !(fraction > 0 && fraction <= 10)) return null;
  const moment = at === 'decision' || at === 'fill' ? at : kind === 'fraction' ? 'decision' : 'fill';
  return { kind, fraction, at: moment, riskFraction: null };
}
