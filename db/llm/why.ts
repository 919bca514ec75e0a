/**
 * Why the desk holds what it holds: everything that led to a decision and came of it, in one query. Found by the id of a
 * decision or of any of its orders.
 */
import { sql } from 'kysely';
import type { Database, JsonObject } from '../tables.ts';

export type Why = {
  readonly decision: JsonObject;
  readonly refusals: readonly JsonObject[];
  readonly modelCalls: readonly JsonObject[];
  readonly toolCalls: readonly JsonObject[];
  /**
   * What could go wrong with an entry that a model proposed: `rules` = their answer; `model` = what came of asking one
   * too, an answer or no decision with the reason. Null where there is neither.
   */
  readonly assessment: { readonly rules: JsonObject | null; readonly model: JsonObject | null } | null;
  readonly approval: JsonObject | null;
  readonly orders: readonly JsonObject[];
  readonly fills: readonly JsonObject[];
  readonly trades: readonly JsonObject[];
};

/** Undefined when neither a decision nor an order has that id. */
export async function readWhy(db: Database, id: string): Promise<Why | undefined> {
  const { rows } = await sql<Why>`
    with wanted as (
      select decision_id from decisions where decision_id = ${id}
      union select decision_id from orders where client_order_id = ${id}
      limit 1),
    calls as (
      select c.* from model_calls c join wanted on c.decision_id = wanted.decision_id
      union
      select c.* from model_calls c
      join wanted on true join decisions d on d.decision_id = wanted.decision_id
      join advice_slots a on a.session_id = d.session_id and a.run = d.run and a.symbol = d.symbol and a.as_of = d.as_of
      where a.outcome->'callIds' ? c.call_id)
    select to_jsonb(d) as decision,
      (select coalesce(jsonb_agg(to_jsonb(g) - 'decision_id' order by g.stage, g.position), '[]')
        from gate_refusals g where g.decision_id = d.decision_id) as refusals,
      (select coalesce(jsonb_agg(jsonb_build_object('callId', call_id, 'step', step, 'provider', provider, 'model', model,
          'prompt', prompt_id || '@' || prompt_version, 'cached', cached, 'contaminated', contaminated,
          'costMicroUsd', cost_micro_usd, 'outcome', outcome, 'policyVerdict', policy_verdict, 'problems', problems,
          'requestRef', request_ref, 'responseRef', response_ref) order by requested_at), '[]') from calls)
        as "modelCalls",
      (select coalesce(jsonb_agg(to_jsonb(t) - 'arguments' order by t.call_id, t.position), '[]')
        from tool_calls t where t.call_id in (select call_id from calls)) as "toolCalls",
      (select jsonb_build_object('rules', r.outcome->'value', 'model', m.outcome)
        from (values (d.decision_id)) asked (id)
        left join model_asks r on r.ask_key = asked.id || '/riskAssessment'
        left join model_asks m on m.ask_key = asked.id || '/assessment'
        where r.ask_key is not null or m.ask_key is not null) as assessment,
      (select to_jsonb(p) from approvals p where p.decision_id = d.decision_id) as approval,
      (select coalesce(jsonb_agg(jsonb_build_object('clientOrderId', o.client_order_id, 'leg', o.leg, 'side', o.side,
          'type', o.type, 'quantity', o.quantity::text, 'filled', o.quantity_filled::text, 'state', o.state,
          'venue', o.venue, 'sentAt', o.sent_at) order by o.leg), '[]')
        from orders o where o.decision_id = d.decision_id) as orders,
      (select coalesce(jsonb_agg(jsonb_build_object('tradeId', f.trade_id, 'clientOrderId', f.client_order_id,
          'side', f.side, 'quantity', f.quantity::text, 'price', f.price::text, 'fee', f.fee::text, 'at', f.at)
          order by f.at), '[]')
        from fills f join orders o using (client_order_id) where o.decision_id = d.decision_id) as fills,
      (select coalesce(jsonb_agg(jsonb_build_object('tradeId', r.trade_id, 'pnlNet', r.pnl_net::text,
          'fees', r.fees::text, 'exitReason', r.exit_reason, 'closedAt', r.closed_at) order by r.closed_at), '[]')
        from trades r where r.decision_id = d.decision_id) as trades
    from decisions d join wanted using (decision_id)`.execute(db);
  return rows[0];
}
