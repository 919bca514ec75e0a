/**
 * The risk gate: asks every rule about one order and answers with every reason against it, worst first.
 * Deterministic and pure; no input switches a rule off. It refuses, it never changes an order.
 */
import type { Verdict } from '../../schemas/decision.ts';
import type { Policy } from '../../schemas/governance.ts';
import type { SessionLimits } from '../../schemas/risk.ts';
import { exposureAfter } from './exposure.ts';
import type { EffectiveLimits, GateFacts, GateInput, RiskRule } from './gate-input.ts';
import { RISK_RULES } from './rules/index.ts';

/** Approved only when no rule objects. */
export const gate = (input: GateInput): Verdict => askRules(RISK_RULES, input);

/** The same for any list of rules: their order is the order of the reasons, never which reasons there are. */
export function askRules(rules: readonly RiskRule[], input: GateInput): Verdict {
  const facts = factsOf(input);
  const reasons = rules.map((rule) => rule(input, facts)).filter((reason) => reason !== null);
  return { approved: reasons.length === 0, reasons };
}

function factsOf({ account, correlationGroup, intent, limits, policy }: GateInput): GateFacts {
  return {
    effective: effectiveLimits(policy, limits),
    exposure: account === null ? null : exposureAfter(account, intent, correlationGroup),
  };
}

/**
 * The share of equity an entry is sized by. Where the mode takes no entry it is the session's own, so that there is an
 * order to refuse: the gate then says why, instead of nobody saying anything about an order of no size.
 */
export function sizingFraction(policy: Pick<Policy, 'profile'>, limits: SessionLimits): number {
  const { newEntries, positionFractionMax } = effectiveLimits(policy, limits);
  return newEntries ? positionFractionMax : limits.positionFractionMax;
}

/**
 * The tighter of the operating mode's profile and the session's limits, limit by limit.
 * `confidenceMin` is the higher one, and null (no entry at all) where the mode has none.
 */
export function effectiveLimits({ profile }: Pick<Policy, 'profile'>, limits: SessionLimits): EffectiveLimits {
  return {
    positionFractionMax: Math.min(profile.positionFractionMax, limits.positionFractionMax),
    positionsMax: Math.min(profile.positionsMax, limits.positionsMax),
    leverageMax: profile.leverageMax,
    confidenceMin: profile.confidenceMin === null ? null : Math.max(profile.confidenceMin, limits.confidenceMin),
    dailyLossMaxUsd: limits.dailyLossMaxUsd,
    newEntries: profile.newEntries,
  };
}
