/**
 * What becomes of a model's proposal before the risk gate is asked: allow, deny, or review by a person, with the rule that
 * decided. It bounds models only; the gate judges every order afterwards, whoever proposed it, and cannot be skipped.
 * A number that cannot be compared (NaN) never passes.
 */
import type { TradingMode } from '../../schemas/governance.ts';
import { type Authority, authorityFor, reaches } from './authority.ts';

export type ModelProposal = {
  readonly symbol: string;
  readonly asked: Authority;
  readonly tradingMode: TradingMode;
  readonly strategyType: string | null;
  /** Closes or reduces a position: never held up by a review. */
  readonly reduceOnly: boolean;
  /** Share of equity after the trade, 1 = whole leverage. */
  readonly sizeFraction: number;
  readonly leverage: number;
  /** Trades that this strategy has closed or holds on the account. */
  readonly tradesBefore: number;
};

export type PolicyTerms = {
  readonly symbolsOffered: readonly string[];
  /** A person answers for every entry. */
  readonly approvalAlways: boolean;
  /** Above these a person is asked, with real money: details §6. */
  readonly reviewSizeFraction: number;
  readonly reviewLeverage: number;
  /** What `executeWithinMandate` may take without asking, in every mode. */
  readonly mandate: { readonly sizeFractionMax: number; readonly leverageMax: number };
};

export const POLICY_DEFAULTS: Omit<PolicyTerms, 'symbolsOffered'> = {
  approvalAlways: false,
  reviewSizeFraction: 0.05,
  reviewLeverage: 3,
  mandate: { sizeFractionMax: 0.1, leverageMax: 1 },
};

export type PolicyVerdict = {
  readonly verdict: 'allow' | 'deny' | 'review';
  /** The rule that decided. */
  readonly rule: string;
  readonly message: string;
};

type PolicyRule = (proposal: ModelProposal, terms: PolicyTerms) => PolicyVerdict | null;

/** In this order; the first that speaks decides. Denials stand before reviews: no person is asked for what cannot be. */
const RULES: readonly PolicyRule[] = [
  noOrdersInAnalysis,
  symbolNotOffered,
  reducing,
  authorityTooLow,
  numbersUnknown,
  approvalAlways,
  firstTrade,
  sizeAboveReview,
  leverageAboveReview,
  beyondMandate,
];

export function judgeProposal(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict {
  for (const rule of RULES) {
    const verdict = rule(proposal, terms);
    if (verdict !== null) return verdict;
  }
  return { verdict: 'allow', rule: 'noObjection', message: 'no rule of the policy speaks against it' };
}

const deny = (rule: string, message: string): PolicyVerdict => ({ verdict: 'deny', rule, message });
const review = (rule: string, message: string): PolicyVerdict => ({ verdict: 'review', rule, message });

function noOrdersInAnalysis({ tradingMode }: ModelProposal): PolicyVerdict | null {
  return tradingMode === 'analysis' ? deny('analysisMode', 'analysis mode has no orders') : null;
}

function symbolNotOffered({ symbol }: ModelProposal, { symbolsOffered }: PolicyTerms): PolicyVerdict | null {
  return symbolsOffered.includes(symbol) ? null : deny('symbolNotOffered', `${symbol} was not offered to the model`);
}

function reducing({ reduceOnly }: ModelProposal): PolicyVerdict | null {
  return reduceOnly ? { verdict: 'allow', rule: 'reducing', message: 'less risk needs no approval' } : null;
}

function authorityTooLow(proposal: ModelProposal): PolicyVerdict | null {
  const authority = authorityFor(proposal);
  return reaches(authority, 'propose') ? null : deny('authority', `authority ${authority} may not begin a trade`);
}

function numbersUnknown({ sizeFraction, leverage }: ModelProposal): PolicyVerdict | null {
  if (sizeFraction >= 0 && leverage >= 1) return null;
  return deny('numbersUnknown', `size ${sizeFraction} and leverage ${leverage} are no numbers a trade can have`);
}

function approvalAlways(_: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  return terms.approvalAlways ? review('approvalAlways', 'a person answers for every entry of this strategy') : null;
}

function firstTrade({ tradingMode, tradesBefore }: ModelProposal): PolicyVerdict | null {
  return tradingMode !== 'live' || tradesBefore > 0 ? null : review('firstTrade', 'first trade of this strategy');
}

function sizeAboveReview({ tradingMode, sizeFraction }: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  if (tradingMode !== 'live' || sizeFraction <= terms.reviewSizeFraction) return null;
  return review('sizeAboveReview', `size ${sizeFraction} of equity above ${terms.reviewSizeFraction}`);
}

function leverageAboveReview({ tradingMode, leverage }: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  if (tradingMode !== 'live' || leverage <= terms.reviewLeverage) return null;
  return review('leverageAboveReview', `leverage ${leverage} above ${terms.reviewLeverage}`);
}

/** Whoever may act without asking asks where the mandate ends. */
function beyondMandate(proposal: ModelProposal, { mandate }: PolicyTerms): PolicyVerdict | null {
  const { sizeFraction, leverage } = proposal;
  if (authorityFor(proposal) !== 'executeWithinMandate') return null;
  if (sizeFraction <= mandate.sizeFractionMax && leverage <= mandate.leverageMax) return null;
  const allowed = `${mandate.sizeFractionMax} of equity at leverage ${mandate.leverageMax}`;
  return review('beyondMandate', `${sizeFraction} of equity at leverage ${leverage}, the mandate is ${allowed}`);
}
