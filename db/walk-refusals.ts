/** What the gate refused in a walk: rows with the policy it was refused under, and events of what was forbidden. */
import type { WalkBatch } from '../domain/backtest/walk-batch.ts';
import { isRealTime } from '../schemas/governance.ts';
import type { SessionHandle } from '../schemas/session-walk.ts';
import type { Refusal } from './decisions.ts';
import type { NewEvent } from './events.ts';
import { cameOf, isGoverned } from './load-governance.ts';
import type { LoadedAccount } from './load-walk.ts';
import type { SessionRecord } from './sessions.ts';

/** Every decision that the gate said no to. */
export function refusalsOf({ decisions }: WalkBatch, loaded: LoadedAccount): Refusal[] {
  return decisions.flatMap(({ decision: { verdict, decisionId, policyVersion } }) => {
    if (verdict === null || verdict.approved) return [];
    const { reasons } = verdict;
    return [{ decisionId, stage: 'proposal', reasons, policyVersion, correlationId: cameOf(reasons, loaded) }];
  });
}

/** What officers or persons forbid a real session is told under what it came of; other refusals are rows only. */
export function refusedEvents(
  refusals: readonly Refusal[],
  { workflowId }: SessionHandle,
  { session }: { readonly session: Pick<SessionRecord, 'tradingMode'> },
  { decisions }: WalkBatch,
): NewEvent[] {
  if (!isRealTime(session.tradingMode)) return [];
  const asOf = new Map(decisions.map(({ decision }) => [decision.decisionId, decision.asOfMs]));
  return refusals
    .filter(({ reasons }) => isGoverned(reasons))
    .map(({ decisionId, stage, reasons, policyVersion, correlationId = null }) => ({
      type: 'order_refused',
      payload: { decisionId, workflowId, stage, rules: reasons.map((one) => one.rule), policyVersion },
      correlationId: correlationId ?? workflowId,
      atMs: asOf.get(decisionId) ?? 0,
    }));
}
