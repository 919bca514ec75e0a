/**
 * Refuses new risk in a symbol that config/compliance.yaml denies, or does not list where it keeps a list.
 * Symbols are compared exactly.
 */
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, refuse } from '../wording.ts';

const RULE = 'complianceSymbols';

export const complianceSymbols: RiskRule = boundsNewRisk(({ compliance, intent }) => {
  if (compliance.symbolsDenied.includes(intent.symbol)) return refuse(RULE, `${intent.symbol} is on the deny list`);
  const allowed = compliance.symbolsAllowed;
  if (allowed === null || allowed.includes(intent.symbol)) return null;
  return refuse(RULE, `${intent.symbol} is not on the allow list of ${allowed.length} symbols`);
});
