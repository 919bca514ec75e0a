/** The Federation's cycle: one state of the desk, and one mode tighter while an officer is silent. */
import type { PolicyInForce } from '../../db/policies.ts';
import { mergeStates, staleOfficers } from '../../domain/officers/federation/merge-states.ts';
import { effectiveProfile } from '../../domain/officers/policy/effective-profile.ts';
import type { ModeProfile } from '../../schemas/governance.ts';
import type { CycleAnswer, CycleRequest } from '../../schemas/officers/cycle.ts';
import type { OfficerName } from '../../schemas/officers/officer.ts';
import { deskHealth } from './desk-health.ts';
import type { OfficerParts } from './parts.ts';
import { riskOf, textsOf } from './risk.ts';
import { strategyOf } from './strategy.ts';
import { takeBackEntries } from './take-back-entries.ts';
import { intervalOf, type Turn, takeTurn } from './turn.ts';

export function federationCycle(parts: OfficerParts, request: CycleRequest): Promise<CycleAnswer> {
  return takeTurn(parts, 'federation', request, async ({ policy, settings, intervalMs, nowMs, tookMs }) => {
    const { store } = parts;
    const said = await gather(parts);
    const heard = heardOf(said, settings);
    const stale = staleOfficers(heard, { nowMs, sinceMs: request.sinceMs, everyMs: intervalMs });
    const profile = profileUnder(policy, stale);
    const risk = riskOf(said.risk?.memory ?? null);
    const strategy = strategyOf(said.strategy?.memory ?? null);
    const state = mergeStates(
      {
        heard,
        stale,
        policy: { ...policy, profile },
        settings: policy.settings?.officers ?? null,
        risk: risk === null ? null : { ...risk.state, alerts: risk.alerts },
        strategy: strategy === null ? null : { ...strategy.state, alerts: strategy.alerts },
        ceoAlerts: textsOf(said.decision?.alerts),
        activeStrategies: said.activeStrategies,
        health: said.health,
        sequence: said.sequence,
      },
      nowMs,
    );
    const ages = Object.entries(state.inputs).map(([officer, { ageMs }]) => [officer, ageMs] as const);
    await store.commit({
      officer: 'federation',
      request,
      intervalMs,
      nowMs,
      tookMs: tookMs(),
      inputAges: Object.fromEntries(ages),
      memory: { state },
      events: [{ type: 'global_state_update', payload: { ...state } }],
      ...(policy.faults.length === 0 && { stale }),
      reason: stale.length === 0 ? 'all officers are heard' : `stale: ${stale.join(', ')}`,
    });
    await takeBackEntries(parts, { mode: policy.mode, profile });
    return { state: { ...state }, tell: null };
  });
}

/** The last reports of the officers and the state of the desk, read in parallel. */
async function gather(parts: OfficerParts) {
  const { store } = parts;
  const [ceo, risk, strategy, decision, activeStrategies, sequence, health] = await Promise.all([
    store.remembered('ceo'),
    store.remembered('risk'),
    store.remembered('strategy'),
    store.lastEvent('ceo_decision'),
    store.activeStrategies(),
    store.lastSequence(),
    deskHealth(parts),
  ]);
  return { ceo, risk, strategy, decision, activeStrategies, sequence, health };
}

type Gathered = Awaited<ReturnType<typeof gather>>;

function heardOf(said: Pick<Gathered, 'ceo' | 'risk' | 'strategy'>, settings: Turn['settings']) {
  const of = (officer: 'ceo' | 'risk' | 'strategy') => ({
    atMs: said[officer]?.atMs ?? null,
    intervalMs: intervalOf(settings, officer),
  });
  return { ceo: of('ceo'), risk: of('risk'), strategy: of('strategy') };
}

/** What holds once this cycle is committed. */
function profileUnder(policy: PolicyInForce, stale: readonly OfficerName[]): ModeProfile {
  const profiles = policy.settings?.profiles;
  const isAsBefore = stale.length === policy.stale.length && stale.every((one) => policy.stale.includes(one));
  return profiles === undefined || isAsBefore ? policy.profile : effectiveProfile({ ...policy, profiles, stale });
}
