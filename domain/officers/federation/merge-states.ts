/** One state of the whole desk out of what each officer last said, and who has not been heard of in time. Pure. */
import type { ModeProfile, OperatingMode } from '../../../schemas/governance.ts';
import type { GlobalState } from '../../../schemas/officers/global-state.ts';
import type { OfficerSettings } from '../../../schemas/officers/policy-store.ts';
import type { RiskLevel } from '../../../schemas/officers/risk-state.ts';

export type Heard = { readonly atMs: number | null; readonly intervalMs: number };
export type Speaker = keyof GlobalState['inputs'];

const SPEAKERS: readonly Speaker[] = ['ceo', 'risk', 'strategy'];
/** An officer is late when nothing was heard for so many of its intervals. */
const INTERVALS_MAX = 2;

/** Since when somebody listens counts too: at a start of the desk nobody is late yet. */
export function staleOfficers(heard: Readonly<Record<Speaker, Heard>>, nowMs: number, sinceMs: number): Speaker[] {
  return SPEAKERS.filter((officer) => {
    const { atMs, intervalMs } = heard[officer];
    const quietMs = nowMs - Math.max(atMs ?? Number.NEGATIVE_INFINITY, sinceMs);
    return !(quietMs <= INTERVALS_MAX * intervalMs);
  });
}

export type Said = {
  readonly heard: Readonly<Record<Speaker, Heard>>;
  readonly stale: readonly Speaker[];
  readonly policy: { readonly version: number; readonly mode: OperatingMode; readonly profile: ModeProfile };
  readonly settings: OfficerSettings | null;
  readonly risk: {
    readonly riskScore: number;
    readonly riskLevel: RiskLevel;
    readonly alerts: readonly string[];
  } | null;
  readonly strategy: {
    readonly primary: string | null;
    readonly fallbacks: readonly string[];
    readonly alerts: readonly string[];
  } | null;
  readonly ceoAlerts: readonly string[];
  readonly activeStrategies: readonly string[];
  readonly sequence: number;
};

export function mergeStates(said: Said, nowMs: number): GlobalState {
  const { heard, stale, policy, risk, strategy } = said;
  const input = (officer: Speaker) => {
    const { atMs } = heard[officer];
    return { ageMs: atMs === null ? null : Math.max(0, nowMs - atMs), stale: stale.includes(officer) };
  };
  const staleAlerts = stale.map((officer) => `the officer ${officer} is stale`);
  return {
    globalMode: policy.mode,
    riskScore: risk?.riskScore ?? null,
    riskLevel: risk?.riskLevel ?? null,
    effectiveLimits: policy.profile,
    activeStrategies: [...said.activeStrategies],
    primaryStrategy: strategy?.primary ?? null,
    fallbackStrategies: [...(strategy?.fallbacks ?? [])],
    disabledFeatures: disabledFeatures(said),
    alerts: [...new Set([...staleAlerts, ...said.ceoAlerts, ...(risk?.alerts ?? []), ...(strategy?.alerts ?? [])])],
    inputs: { ceo: input('ceo'), risk: input('risk'), strategy: input('strategy') },
    policyVersion: policy.version,
    sequence: said.sequence,
  };
}

function disabledFeatures({ settings, policy: { profile } }: Said): string[] {
  const flags = (['enableAiCeo', 'enableAiRiskOfficer', 'enableAiStrategyOfficer'] as const).filter(
    (flag) => settings?.[flag] === false,
  );
  const entries = profile.newEntries ? [] : ['newEntries'];
  return [...flags, ...entries, ...(profile.leverageMax > 1 ? [] : ['leverage'])];
}
