/**
 * What becomes of a proposal before the risk gate is asked: allow, deny, or
 * review by a person, with the rule that decided.
 * It bounds models and says when a person answers for an entry, whoever proposed it; the gate judges every order
 * afterwards and cannot be skipped. A number that cannot be compared (NaN) never passes.
 */
import {
  type ApprovalMode,
  type Authority,
  isRealTime,
  type ModelGovernance,
  modelGovernanceSchema,
  type TradingMode,
} from '../../schemas/governance.ts';
import { authorityFor, reaches } from './authority.ts';

export type ModelProposal = {
  readonly symbol: string;
  /** Whether a model begins the trade, or a vote in which it is one voice and can only make it smaller or nothing. */
  readonly proposedBy: 'model' | 'vote';
  readonly asked: Authority;
  readonly tradingMode: TradingMode;
  readonly strategyType: string | null;
  /** Closes or reduces a position: never held up by a review. */
  readonly reduceOnly: boolean;
  /** Share of equity after the trade, 1 = whole leverage. */
  readonly sizeFraction: number;
  readonly leverage: number;
  /** Markets that this strategy has traded on the account, or holds. */
  readonly tradesBefore: number;
};

export type PolicyTerms = {
  readonly symbolsOffered: readonly string[];
  /** What the session asks for; null: by rule with real money, else off. */
  readonly approval: ApprovalMode | null;
  /**
   * `reviewSizeFraction` and `reviewLeverage`: above these a person is asked
   * by rule. `mandate`: what may be taken unasked.
   */
  readonly governed: Omit<ModelGovernance, 'approvalExpiresAfterMs'>;
};

/** The desk's bounds where its files say nothing (details §6). */
export const GOVERNED_DEFAULTS: ModelGovernance = modelGovernanceSchema.parse({});

export type PolicyVerdict = {
  readonly verdict: 'allow' | 'deny' | 'review';
  /** The rule that decided. */
  readonly rule: string;
  readonly message: string;
};

type PolicyRule = (proposal: ModelProposal, terms: PolicyTerms) => PolicyVerdict | null;

/**
 * In this order; the first that speaks decides. Denials stand before reviews: no person is asked for what cannot be.
 */
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
    if (verdict !== null) return withPerson(verdict, proposal);
  }
  return { verdict: 'allow', rule: 'noObjection', message: 'no rule of the policy speaks against it' };
}

const deny = (rule: string, message: string): PolicyVerdict => ({ verdict: 'deny', rule, message });
const review = (rule: string, message: string): PolicyVerdict => ({ verdict: 'review', rule, message });

/** In virtual time nobody can be asked: silence is a denial at once. */
const withPerson = (verdict: PolicyVerdict, { tradingMode }: ModelProposal): PolicyVerdict =>
  verdict.verdict === 'review' && !isRealTime(tradingMode)
    ? deny(verdict.rule, `${verdict.message}; a ${tradingMode} has nobody to ask`)
    : verdict;

function noOrdersInAnalysis({ tradingMode }: ModelProposal): PolicyVerdict | null {
  return tradingMode === 'analysis' ? deny('analysisMode', 'analysis mode has no orders') : null;
}

function symbolNotOffered({ symbol }: ModelProposal, { symbolsOffered }: PolicyTerms): PolicyVerdict | null {
  return symbolsOffered.includes(symbol) ? null : deny('symbolNotOffered', `${symbol} was not offered to the model`);
}

function reducing({ reduceOnly }: ModelProposal): PolicyVerdict | null {
  return reduceOnly ? { verdict: 'allow', rule: 'reducing', message: 'less risk needs no approval' } : null;
}

const authorityOf = (proposal: ModelProposal, { governed }: PolicyTerms): Authority =>
  authorityFor({ ...proposal, authorityMax: governed.authorityMax });

function authorityTooLow(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  const authority = authorityOf(proposal, terms);
  if (proposal.proposedBy === 'vote' || reaches(authority, 'propose')) return null;
  return deny('authority', `a model of authority ${authority} may not begin a trade`);
}

function numbersUnknown({ sizeFraction, leverage }: ModelProposal): PolicyVerdict | null {
  if (sizeFraction >= 0 && leverage >= 1) return null;
  return deny('numbersUnknown', `size ${sizeFraction} and leverage ${leverage} are no numbers a trade can have`);
}

const approvalOf = ({ tradingMode }: ModelProposal, { approval }: PolicyTerms): ApprovalMode =>
  approval ?? (tradingMode === 'live' ? 'byRule' : 'off');

function approvalAlways(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  if (approvalOf(proposal, terms) !== 'always') return null;
  return review('approvalAlways', 'a person answers for every entry of this strategy');
}

const asksByRule = (proposal: ModelProposal, terms: PolicyTerms): boolean => approvalOf(proposal, terms) === 'byRule';

function firstTrade(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  if (!asksByRule(proposal, terms) || proposal.tradesBefore > 0) return null;
  return review('firstTrade', 'first trade of this strategy on the account');
}

function sizeAboveReview(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  const { reviewSizeFraction } = terms.governed;
  if (!asksByRule(proposal, terms) || proposal.sizeFraction <= reviewSizeFraction) return null;
  return review('sizeAboveReview', `size ${proposal.sizeFraction} of equity above ${reviewSizeFraction}`);
}

function leverageAboveReview(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  const { reviewLeverage } = terms.governed;
  if (!asksByRule(proposal, terms) || proposal.leverage <= reviewLeverage) return null;
  return review('leverageAboveReview', `leverage ${proposal.leverage} above ${reviewLeverage}`);
}

/** Whoever may act without asking asks where the mandate ends. */
function beyondMandate(proposal: ModelProposal, terms: PolicyTerms): PolicyVerdict | null {
  const { sizeFraction, leverage } = proposal;
  const { mandate } = terms.governed;
  if (authorityOf(proposal, terms) !== 'executeWithinMandate') return null;
  if (sizeFraction <= mandate.sizeFractionMax && leverage <= mandate.leverageMax) return null;
  const allowed = `${mandate.sizeFractionMax} of equity at leverage ${mandate.leverageMax}`;
  return review('beyondMandate', `${sizeFraction} of equity at leverage ${leverage}, the mandate is ${allowed}`);
}
