/**
 * Whether an opinion was right, told by the trade that came of it. A trade that paid proves its own direction; one that
 * did not proves the other, and that doing nothing would have been better.
 */
import type { Decimal } from '../decimal.ts';
import { sideOfWord } from './answer-action.ts';

/** @param pnlNet net of fees; exactly 0 did not pay */
export function wasRight(action: string, side: 'long' | 'short', pnlNet: Decimal): boolean {
  const advised = sideOfWord(action);
  const traded = side === 'long' ? 1 : -1;
  return (advised === traded) === pnlNet.gt(0);
}

/** (confidence − outcome)², Brier (1950): 0 is perfect. */
export const brierOf = (confidence: number, correct: boolean): number => (confidence - Number(correct)) ** 2;
