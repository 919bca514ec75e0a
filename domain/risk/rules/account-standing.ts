/**
 * Refuses every order, reducing ones too, while the books and the venue differ: a position that is not known cannot be
 * reduced safely. Refuses new risk in a symbol while an order of it is in doubt.
 */
import type { RiskRule } from '../gate-input.ts';
import { refuse } from '../wording.ts';

const RULE = 'accountStanding';

export const accountStanding: RiskRule = ({ intent, accountHalt, symbolHalt }) => {
  if (accountHalt !== null) return refuse(RULE, `account ${intent.accountId} is frozen (${accountHalt})`);
  if (symbolHalt === null || intent.reduceOnly) return null;
  return refuse(RULE, `${intent.symbol} waits: ${symbolHalt}`);
};
