/** A decision as a row of `decisions`, and back; the reasons of the gate come with it. */
import { type Selectable, sql } from 'kysely';
import type { Decision, GateReason } from '../schemas/decision.ts';
import { toInstant } from './instant.ts';
import type { Database, Tables } from './tables.ts';

type SelectedDecision = Selectable<Tables['decisions']> & { readonly reasons: GateReason[] | null };

export const selectDecisions = (db: Database) =>
  db
    .selectFrom('decisions')
    .selectAll('decisions')
    .select(
      sql<GateReason[] | null>`(select json_agg(json_build_object('rule', r.rule, 'message', r.message)
      order by r.stage desc, r.position) from gate_refusals r where r.decision_id = decisions.decision_id)`.as(
        'reasons',
      ),
    );

export const decisionRow = (decision: Decision) => ({
  decision_id: decision.decisionId,
  sequence: decision.sequence,
  symbol: decision.symbol,
  as_of: toInstant(decision.asOfMs),
  action: decision.action,
  target_fraction: decision.targetFraction,
  confidence: decision.confidence,
  size_fraction: decision.sizeFraction,
  stop_price: decision.stopPrice,
  target_price: decision.targetPrice,
  coverage: decision.coverage,
  agreement: decision.agreement,
  contributions: decision.contributions,
  no_decision: decision.noDecision,
  approved: decision.verdict?.approved ?? null,
  policy_version: decision.policyVersion,
  order_hash: decision.orderHash,
  group_id: decision.groupId ?? null,
});

export const decisionOf = (row: SelectedDecision): Decision => ({
  decisionId: row.decision_id,
  sequence: row.sequence,
  ...(row.group_id === null ? {} : { groupId: row.group_id }),
  symbol: row.symbol,
  asOfMs: row.as_of.getTime(),
  action: row.action,
  targetFraction: row.target_fraction,
  confidence: row.confidence,
  sizeFraction: row.size_fraction,
  stopPrice: row.stop_price,
  targetPrice: row.target_price,
  coverage: row.coverage,
  agreement: row.agreement,
  contributions: [...row.contributions],
  noDecision: row.no_decision,
  verdict: row.approved === null ? null : { approved: row.approved, reasons: row.reasons ?? [] },
  policyVersion: row.policy_version,
  orderHash: row.order_hash,
  repeated: false,
});
