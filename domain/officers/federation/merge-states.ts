/** One state of the whole desk out of what each officer last said, and who has not been heard of in time. Pure. */
import type { ModeProfile, OperatingMode } from '../../../schemas/governance.ts';
import type { DeskHealth } from '../../../schemas/officers/desk-health.ts';
import type { GlobalState } from '../../../schemas/officers/global-state.ts';
import type { OfficerSettings } from '../../../schemas/officers/policy-store.ts';
import type { RiskLevel } from '../../../schemas/officers/risk-state.ts';

export type Heard = { readonly atMs: number | null; readonly intervalMs: number };
export type Speaker = keyof GlobalState['inputs'];

const SPEAKERS: readonly Speaker[] = ['ceo', 'risk', 'strategy'];
/** An officer that is gone is shown as late before so many of its intervals have passed. */
const INTERVALS_MAX = 2;
/** And one that is there has this long to speak. */
const INTERVALS_MIN = 1.5;

/** When it is asked, since when it has been asked at all, and how long it is until it is asked again. */
export type Listening = { readonly nowMs: number; readonly sinceMs: number; readonly everyMs: number };

/** Who would be late before anybody looks again. At a start of the desk nobody is late yet. */
export function staleOfficers(
  heard: Readonly<Record<Speaker, Heard>>,
  { nowMs, sinceMs, everyMs }: Listening,
): Speaker[] {
  return SPEAKERS.filter((officer) => {
    const { atMs, intervalMs } = heard[officer];
    const quietMs = nowMs - Math.max(atMs ?? Number.NEGATIVE_INFINITY, sinceMs);
    return !(quietMs <= Math.max(INTERVALS_MIN * intervalMs, INTERVALS_MAX * intervalMs - everyMs));
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
  readonly health: DeskHealth | null;
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
    health: said.health,
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
