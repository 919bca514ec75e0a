/** The start of every cycle: the policy as it is now, and whether this officer is on. */
import type { PolicyInForce } from '../../db/policies.ts';
import type { CycleAnswer, CycleRequest } from '../../schemas/officers/cycle.ts';
import type { OfficerName } from '../../schemas/officers/officer.ts';
import { OFFICER_DEFAULTS, type OfficerSettings } from '../../schemas/officers/policy-store.ts';
import type { OfficerParts } from './parts.ts';

export type Turn = {
  readonly policy: PolicyInForce;
  readonly settings: OfficerSettings;
  readonly intervalMs: number;
  readonly nowMs: number;
  readonly tookMs: () => number;
};

const INTERVALS = {
  risk: 'aiRiskOfficerAssessmentIntervalMs',
  strategy: 'aiStrategyOfficerAnalysisIntervalMs',
  ceo: 'aiCeoDecisionIntervalMs',
  federation: 'federationUpdateIntervalMs',
} as const satisfies Record<OfficerName, keyof OfficerSettings>;

const FLAGS = {
  risk: 'enableAiRiskOfficer',
  strategy: 'enableAiStrategyOfficer',
  ceo: 'enableAiCeo',
  federation: null,
} as const;

export const intervalOf = (settings: OfficerSettings, officer: OfficerName): number => settings[INTERVALS[officer]];

/** Runs the cycle; of an officer whose flag is off, only notes that its slots were missed. */
export async function takeTurn(
  { store, nowMs }: OfficerParts,
  officer: OfficerName,
  request: CycleRequest,
  cycle: (turn: Turn) => Promise<Pick<CycleAnswer, 'state' | 'tell'>>,
): Promise<CycleAnswer> {
  const startedAt = performance.now();
  const policy = await store.policy();
  if (policy === undefined) throw new Error('no policy is active: the desk was not started');
  const settings = policy.settings?.officers ?? OFFICER_DEFAULTS;
  const intervalMs = intervalOf(settings, officer);
  const flag = FLAGS[officer];
  if (flag !== null && !settings[flag]) {
    await store.missed(officer, request, intervalMs, nowMs());
    return { state: null, enabled: false, intervalMs, tell: null };
  }
  const tookMs = () => performance.now() - startedAt;
  return { enabled: true, intervalMs, ...(await cycle({ policy, settings, intervalMs, nowMs: nowMs(), tookMs })) };
}
