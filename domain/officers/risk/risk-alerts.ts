/** Which breaches of a risk state somebody must hear of at once: those at which the CEO's rules tighten. */
import type { CeoRules } from '../../../schemas/officers/policy-store.ts';
import type { RiskState } from '../../../schemas/officers/risk-state.ts';

/** `level` null: there is nothing to tell. */
export type RiskAlert = { readonly level: 'warning' | 'critical' | null; readonly alerts: readonly string[] };

export type AlertLimits = Pick<
  CeoRules,
  'emergencyDrawdownFraction' | 'emergencyScore' | 'defensiveDrawdownFraction' | 'defensiveScore'
>;

/** Critical from the limits of emergency on, and for a portfolio that is not known; warning from those of defensive. */
export function riskAlert(state: RiskState, limits: AlertLimits): RiskAlert {
  if (!state.portfolioKnown) return { level: 'critical', alerts: [...state.notes] };
  const critical = reached(state, limits.emergencyDrawdownFraction, limits.emergencyScore);
  if (critical.length > 0) return { level: 'critical', alerts: critical };
  const warnings = reached(state, limits.defensiveDrawdownFraction, limits.defensiveScore);
  return { level: warnings.length > 0 ? 'warning' : null, alerts: warnings };
}

function reached({ drawdownDailyFraction, riskScore }: RiskState, drawdownFrom: number, scoreFrom: number): string[] {
  const drawdown = drawdownDailyFraction ?? 0;
  return [
    ...(isAtLeast(drawdown, drawdownFrom) ? [`daily drawdown ${percent(drawdown)} from ${percent(drawdownFrom)}`] : []),
    ...(isAtLeast(riskScore, scoreFrom) ? [`risk score ${riskScore.toFixed(1)} from ${scoreFrom}`] : []),
  ];
}

/** 1 - 0.92 is not quite 0.08; the CEO's rules allow the same hair. */
const isAtLeast = (value: number, limit: number): boolean => !(value < limit - 1e-12);
const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;
