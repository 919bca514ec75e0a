/** What officers and persons have set for an account's orders, read in the transaction that decides or records them. */
import type { GateReason } from '../schemas/decision.ts';
import { isRealTime, type Policy } from '../schemas/governance.ts';
import type { Account } from './accounts.ts';
import { allocationWeight } from './allocation-store.ts';
import { firstPolicy, policyInForce } from './policies.ts';
import { strategyStanding } from './strategy-health.ts';
import type { Database } from './tables.ts';

export type LoadedGovernance = {
  readonly policy: Policy;
  /** What sizes are multiplied by: 1 in simulated accounts, and where no plan knows the strategy. */
  readonly allocationWeight: number;
  /** Why the strategy may open nothing, or null. */
  readonly strategyDisabled: string | null;
  /** What a refusal by one of these rules came of: an alert, a decision of the CEO, a person's change. */
  readonly cameOf: { readonly operatingMode: string | null; readonly strategyDisabled: string | null };
};

/** Simulated accounts trade under the first policy: their results must not depend on how the desk stands today. */
export async function governanceOf(
  db: Database,
  { tradingMode }: Pick<Account, 'tradingMode'>,
  strategyId: string,
): Promise<LoadedGovernance> {
  if (!isRealTime(tradingMode)) return simulated(await firstPolicy(db));
  const found = await policyInForce(db);
  if (found === undefined) throw notStarted();
  const { version, mode, profile } = found;
  const standing = await strategyStanding(db, strategyId);
  const disabled = standing?.disabled === true ? standing : null;
  return {
    policy: { version, mode, profile },
    allocationWeight: await allocationWeight(db, strategyId),
    strategyDisabled: disabled?.reason ?? null,
    cameOf: { operatingMode: found.modeCorrelationId, strategyDisabled: disabled?.correlationId ?? null },
  };
}

function simulated(policy: Policy | undefined): LoadedGovernance {
  if (policy === undefined) throw notStarted();
  const cameOf = { operatingMode: null, strategyDisabled: null };
  return { policy, allocationWeight: 1, strategyDisabled: null, cameOf };
}

const notStarted = (): Error => new Error('no policy is active: the desk was not started');

const GOVERNED = ['operatingMode', 'strategyDisabled'] as const;

/** Whether an officer's or a person's word is among the reasons. */
export const isGoverned = (reasons: readonly GateReason[]): boolean =>
  GOVERNED.some((rule) => reasons.some((one) => one.rule === rule));

/** The correlation id of the first reason that came of something; null when none did. */
export function cameOf(reasons: readonly GateReason[], governance: Pick<LoadedGovernance, 'cameOf'>): string | null {
  const rules = GOVERNED.filter((rule) => reasons.some((one) => one.rule === rule));
  return rules.map((rule) => governance.cameOf[rule]).find((one) => one !== null) ?? null;
}
