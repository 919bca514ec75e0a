/** What the policy said of the proposals that calls of models have fed, written beside those calls. */
import { sql, type Transaction } from 'kysely';
import type { PolicyVerdict } from '../../domain/llm/policy.ts';
import { jsonText } from '../storable.ts';
import type { Tables } from '../tables.ts';

export type JudgedDecision = { readonly decisionId: string; readonly verdict: PolicyVerdict };

export async function notePolicyVerdicts(trx: Transaction<Tables>, judged: readonly JudgedDecision[]): Promise<void> {
  if (judged.length === 0) return;
  const ids = judged.map((one) => one.decisionId);
  const verdicts = judged.map((one) => jsonText(one.verdict));
  await sql`update model_calls c set policy_verdict = v.verdict::jsonb
    from unnest(${ids}::text[], ${verdicts}::text[]) as v (decision_id, verdict)
    where c.decision_id = v.decision_id`.execute(trx);
}
