/**
 * Two amounts of one quantity: "profit EUR 13 mn, compared with EUR 9 mn" says that it rose, though no word does. Only
 * where no verb of movement tells it already, and where both amounts are of one kind.
 */
import { roleOf } from './lexicon.ts';
import type { Token } from './tokens.ts';

const BETWEEN = new Set(['from', 'compared', 'against', 'versus', 'vs', 'than']);
const AMOUNT_REACH = 8;
const POINTS = 0.9;

/** 0 where nothing is compared. A loss before, a profit now: good; the other way round: bad. */
export function comparisonPoints(tokens: readonly Token[]): number {
  const at = tokens.findIndex(({ text }) => BETWEEN.has(text));
  if (at < 0 || tokens.some(({ text }) => roleOf(text).move !== 0)) return 0;
  const now = sideOf(tokens.slice(Math.max(0, at - 2 * AMOUNT_REACH), at).toReversed());
  const before = sideOf(tokens.slice(at + 1, at + 1 + AMOUNT_REACH));
  const quantity = now.quantity;
  if (quantity === 0) return 0;
  if (before.quantity !== 0 && before.quantity !== quantity) return quantity * POINTS;
  if (now.amount === null || before.amount === null || now.isPercent !== before.isPercent) return 0;
  return Math.sign(now.amount - before.amount) * quantity * POINTS;
}

type Side = { readonly amount: number | null; readonly isPercent: boolean; readonly quantity: -1 | 0 | 1 };

/** The first amount and the first quantity, seen from the comparing word. */
function sideOf(tokens: readonly Token[]): Side {
  const number = tokens.find(({ amount }) => amount !== null);
  const noun = tokens.find(({ text }) => roleOf(text).quantity !== 0);
  return {
    amount: number?.amount ?? null,
    isPercent: number?.isPercent ?? false,
    quantity: noun === undefined ? 0 : roleOf(noun.text).quantity,
  };
}
