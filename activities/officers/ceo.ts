/** The CEO's cycle: gathers the other officers' last reports with their age, and lets the rules choose the mode. */

import type { Remembered } from '../../db/officers/officer-store.ts';
import type { PolicyInForce } from '../../db/policies.ts';
import { healthProblems } from '../../domain/officers/ceo/desk-health.ts';
import { profileOf } from '../../domain/officers/policy/effective-profile.ts';
import type { CeoInputs } from '../../schemas/officers/ceo-decision.ts';
import type { CycleAnswer, CycleRequest, Told } from '../../schemas/officers/cycle.ts';
import { deskHealth } from './desk-health.ts';
import type { OfficerParts } from './parts.ts';
import { riskOf } from './risk.ts';
import { strategyOf } from './strategy.ts';
import { takeBackEntries } from './take-back-entries.ts';
import { intervalOf, type Turn, takeTurn } from './turn.ts';

const INTERVALS_MAX = 2;
/** The server reports a worker's poll for up to a minute and a half. */
const SETTLED_MS = 120_000;

export function ceoCycle(parts: OfficerParts, request: CycleRequest): Promise<CycleAnswer> {
  return takeTurn(parts, 'ceo', request, async (turn) => {
    if (turn.policy.faults.length > 0) return waits(parts, request, turn);
    const inputs = await gather(parts, turn, request.sinceMs);
    const inputAges = { risk: inputs.risk.ageMs, strategy: inputs.strategy.ageMs, health: inputs.health.ageMs };
    const { nowMs, intervalMs } = turn;
    const cycle = { officer: 'ceo' as const, request, intervalMs, nowMs, tookMs: turn.tookMs(), inputAges };
    const decision = await parts.store.decide(cycle, inputs);
    if (decision === null) return { state: await parts.store.lastEvent('ceo_decision'), tell: null };
    const { mode } = decision;
    const profiles = turn.policy.settings?.profiles;
    if (profiles !== undefined) await takeBackEntries(parts, { mode, profile: profileOf(profiles, mode) });
    return { state: { ...decision }, tell: decision.switched ? switchOf(decision) : null };
  });
}

/** A policy that cannot be read holds the desk at the tightest mode until a person repairs it. */
async function waits({ store }: OfficerParts, request: CycleRequest, { policy, intervalMs, nowMs }: Turn) {
  await store.missed('ceo', request, intervalMs, nowMs);
  return { state: { mode: policy.mode, waitsFor: 'a person', faults: policy.faults }, tell: null };
}

const switchOf = ({
  mode,
  reasons,
  correlationId,
}: {
  mode: string;
  reasons: readonly string[];
  correlationId: string;
}): Told => ({
  to: 'risk',
  signal: 'modeSwitched',
  payload: { newMode: mode, reason: reasons.join('; '), correlationId },
});

async function gather(parts: OfficerParts, turn: Turn, sinceMs: number): Promise<CeoInputs> {
  const { store } = parts;
  const [riskSaid, strategySaid, health] = await Promise.all([
    store.remembered('risk'),
    store.remembered('strategy'),
    deskHealth(parts),
  ]);
  const risk = riskOf(riskSaid?.memory ?? null);
  const strategy = strategyOf(strategySaid?.memory ?? null);
  const riskAge = ageOf(riskSaid, turn, 'risk', sinceMs, risk !== null);
  return {
    risk: {
      portfolioKnown: risk?.state.portfolioKnown ?? true,
      score: risk?.state.riskScore ?? null,
      level: risk?.state.riskLevel ?? null,
      drawdownDailyFraction: risk?.state.drawdownDailyFraction ?? null,
      ...riskAge,
    },
    strategy: {
      winRate: strategy?.state.winRate ?? null,
      closedTrades: strategy?.state.closedTrades ?? 0,
      ...ageOf(strategySaid, turn, 'strategy', sinceMs, strategy !== null),
    },
    health: {
      problems: [
        ...staleFlags(turn.policy),
        ...(health === null ? ['the book does not answer'] : healthProblems(health, turn.nowMs - sinceMs > SETTLED_MS)),
      ],
      measured: health,
      ageMs: health === null ? null : 0,
      stale: health === null,
    },
    portfolio: {
      equityUsd: risk?.equityUsd ?? null,
      openPositions: risk?.openPositions ?? 0,
      grossExposureFraction: risk?.state.grossExposure ?? null,
      ...riskAge,
    },
  };
}

const staleFlags = ({ stale }: PolicyInForce): string[] => stale.map((officer) => `the officer ${officer} is stale`);

/** An officer that has never reported is late only after two intervals. */
function ageOf(
  said: Remembered | null,
  { settings, nowMs }: Turn,
  officer: 'risk' | 'strategy',
  sinceMs: number,
  fits: boolean,
) {
  const ageMs = said === null || !fits ? null : Math.max(0, nowMs - said.atMs);
  const quietMs = nowMs - Math.max(said?.atMs ?? 0, sinceMs);
  return { ageMs, stale: !(quietMs <= INTERVALS_MAX * intervalOf(settings, officer)) };
}
