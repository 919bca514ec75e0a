/**
 * One evaluation of the CEO as one transaction: the policy is locked, the decision made from what is remembered, the
 * mode switched, memory and events written. So a cool-down holds whoever asks, however often, and whatever dies.
 */
import type { Transaction } from 'kysely';
import { decideMode, rememberedOf } from '../../domain/officers/ceo/decide-mode.ts';
import { cutText } from '../../schemas/cut-text.ts';
import { type CeoDecision, type CeoInputs, ceoMemorySchema } from '../../schemas/officers/ceo-decision.ts';
import { officerId } from '../../schemas/officers/officer.ts';
import { rankOf } from '../../schemas/officers/policy-store.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { NewEvent } from '../events.ts';
import { lockPolicy } from '../policies.ts';
import { writeMode } from '../policy-changes.ts';
import { inTransaction } from '../retry.ts';
import type { Database, Tables } from '../tables.ts';
import { readMemory, writeMemory } from './officer-memory.ts';

export type CeoEvaluation = {
  readonly inputs: CeoInputs;
  /** What asked: the alert's own id, else one for the cycle. */
  readonly correlationId: string;
  /** Of all alerts that this one evaluation answers, where there are several. */
  readonly correlationIds?: readonly string[] | undefined;
  readonly nowMs: number;
  /** Written in the same transaction, such as the slot of the cycle. */
  readonly alongside?: (trx: Transaction<Tables>) => Promise<void>;
};
export type RecordedDecision = CeoDecision & { readonly policyVersion: number; readonly correlationId: string };

/**
 * Evaluates now. Events in this order: `ceo_decision`, `ceo_alert` when there is something to tell, then, when the mode
 * switched, `ceo_mode_switch` and `policy_changed`; all with the correlation id.
 * @throws InvalidInput POLICY_FAULTY while a person has to mend the policy, POLICY_MISSING before the desk was started
 */
export function recordCeoDecision(
  db: Database,
  { inputs, correlationId, correlationIds, nowMs, alongside }: CeoEvaluation,
): Promise<RecordedDecision> {
  return inTransaction(db, async (trx) => {
    const policy = await lockPolicy(trx);
    if (policy === undefined || policy.settings === null || policy.faults.length > 0) {
      throw unreadable(policy?.faults ?? []);
    }
    const stored = ceoMemorySchema.safeParse(await readMemory(trx, 'ceo')).data ?? null;
    const { decision, memory } = decideMode(inputs, rememberedOf(stored, policy), policy.settings, nowMs);
    await writeMemory(trx, 'ceo', memory, nowMs);
    await alongside?.(trx);
    const reason = cutText(decision.reasons.join('; '), REASON_LENGTH_MAX);
    const author = { setBy: officerId('ceo'), reason, correlationId, atMs: nowMs };
    const payload = { ...decision, ...(correlationIds !== undefined && { correlationIds }) };
    const events = eventsOf(payload, correlationId, nowMs);
    const { version } = await writeMode(trx, { ...author, mode: decision.mode, events });
    return { ...decision, policyVersion: version, correlationId };
  });
}

const REASON_LENGTH_MAX = 500;

function eventsOf(decision: CeoDecision, correlationId: string, atMs: number): NewEvent[] {
  const { alerts, mode } = decision;
  const level = rankOf(mode) >= rankOf('emergency') ? 'critical' : 'warning';
  const told = { correlationId, atMs };
  const alert = { type: 'ceo_alert', payload: { level, alerts, mode }, ...told };
  return [{ type: 'ceo_decision', payload: { ...decision }, ...told }, ...(alerts.length === 0 ? [] : [alert])];
}

const unreadable = (faults: readonly string[]): InvalidInput =>
  new InvalidInput([
    faults.length === 0
      ? problem('POLICY_MISSING', 'policy', undefined, 'a desk that was started', 'run npm start')
      : problem(
          'POLICY_FAULTY',
          'policy',
          faults.join('; '),
          'a policy that can be read',
          'npm run policy -- set mode',
        ),
  ]);
