/**
 * Amounts of the engine, which are doubles, as the texts that books and documents hold: eight decimals, half to even.
 * Fast, because a year of minutes has half a million of them.
 */
import { decimalText, roundMoney, toDecimal } from '../decimal.ts';

/** Beyond it doubles have no eighth decimal, and a text may have an exponent. */
const FAST_MAX = 1e9;
/** Half of the last decimal: only then does rounding the text differ from rounding the double. */
const TIE = /\.\d{8}5$/;

/** An amount of money as the books would round and write it. */
export function moneyText(amount: number): string {
  const text = String(amount);
  if (!(Math.abs(amount) < FAST_MAX) || text.includes('e') || TIE.test(text)) return exactMoneyText(amount);
  const point = text.indexOf('.');
  if (point < 0 || text.length - point <= 9) return amount === 0 ? '0' : text;
  const rounded = amount.toFixed(8).replace(/\.?0+$/, '');
  return rounded === '-0' ? '0' : rounded;
}

const exactMoneyText = (amount: number): string => decimalText(roundMoney(toDecimal(amount)));

type Wealth = { readonly equity: Float64Array; readonly closedAtMs: Float64Array };

/** Epoch ms of each close and the wealth there. */
export function equityTexts({ equity, closedAtMs }: Wealth): (readonly [number, string])[] {
  const texts: (readonly [number, string])[] = [];
  let last = Number.NaN;
  let text = '';
  for (let k = 0; k < equity.length; k += 1) {
    const amount = equity[k] as number;
    // Without a position wealth stands still, bar after bar.
    if (amount !== last) text = moneyText(amount);
    last = amount;
    texts.push([closedAtMs[k] as number, text]);
  }
  return texts;
}
