/** Whether two versions of a bar say the same: 1.50 is 1.5. */
import type { Bar } from '../../schemas/market.ts';
import { canonicalDecimal } from './decimal-text.ts';

export const sameValues = (a: Bar, b: Bar): boolean => valuesText(a) === valuesText(b);

const valuesText = ({ open, high, low, close, volume }: Bar): string =>
  [open, high, low, close, volume].map(canonicalDecimal).join(' ');
