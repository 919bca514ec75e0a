/**
 * What models answered to a session, each answer kept once under (session, run, symbol, bar), and what it has cost. The
 * first answer is the one that counts: whoever comes with another reads it.
 */
import { sql, type Transaction } from 'kysely';
import { type AdviceAnswers, type AdviceCall, adviceQuestion, answersOf } from '../../domain/backtest/advisor.ts';
import { type AdviceAnswer, adviceKeysOf, adviceOutcomeSchema } from '../../schemas/llm/advice-slot.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import { jsonText } from '../storable.ts';
import type { Database, Tables } from '../tables.ts';

type Run = Pick<SessionHandle, 'sessionId' | 'run'>;

/** @returns the answers that are kept of those questions */
export async function keepAdvice(
  trx: Transaction<Tables>,
  { sessionId, run }: Run,
  answers: readonly AdviceAnswer[],
): Promise<AdviceAnswers> {
  const rows = answers.map(({ symbol, asOfMs, outcome }) => ({
    ...{ session_id: sessionId, run, symbol, as_of: toInstant(asOfMs) },
    outcome: { ...outcome },
  }));
  await insertRows(trx, 'advice_slots', rows, { onConflict: 'nothing' });
  const fromMs = Math.min(...answers.map((one) => one.asOfMs));
  return answersOf(await readAdvice(trx, { sessionId, run }, fromMs));
}

/** All answers of a run from the bar that closed at `fromMs` on, oldest first. */
export async function readAdvice(db: Database, { sessionId, run }: Run, fromMs = 0): Promise<AdviceAnswer[]> {
  const rows = await db
    .selectFrom('advice_slots')
    .select(['symbol', 'as_of', 'outcome'])
    .where('session_id', '=', sessionId)
    .where('run', '=', run)
    .where('as_of', '>=', sql<Date>`${toInstant(fromMs)}::timestamptz`)
    .orderBy('as_of')
    .orderBy('symbol')
    .execute();
  return rows.map(({ symbol, as_of, outcome }) => ({
    symbol,
    asOfMs: as_of.getTime(),
    outcome: adviceOutcomeSchema.parse(outcome),
  }));
}

/** The facts of questions that are to be asked, where whoever asks finds them. */
export async function keepFacts(trx: Transaction<Tables>, calls: readonly AdviceCall[]): Promise<void> {
  await insertRows(trx, 'model_payloads', calls.map(adviceQuestion), { onConflict: 'nothing' });
}

export type AdviceTotals = { readonly costMicroUsd: number; readonly contaminated: boolean };

/**
 * Over the calls of a run: its advice, and what was asked about its proposals. Contaminated: a model that was asked for
 * advice, whether it answered or not, may remember what came in its window.
 */
export async function adviceTotals(db: Database, handle: Run & { readonly workflowId: string }): Promise<AdviceTotals> {
  const { rows } = await sql<{ cost: number; contaminated: boolean }>`
    select coalesce(sum(cost_micro_usd), 0)::bigint as cost,
      coalesce(bool_or(contaminated and task <> 'riskAssessment'), false) as contaminated
    from model_calls c
    where session_id = ${handle.sessionId} and (starts_with(ask_key, ${adviceKeysOf(handle)})
      or task = 'riskAssessment' and exists (
        select from decisions d where d.decision_id = c.decision_id and d.run = ${handle.run}))`.execute(db);
  return { costMicroUsd: rows[0]?.cost ?? 0, contaminated: rows[0]?.contaminated ?? false };
}

/** Writes what its calls have cost beside each decision that models were asked for, and beside the session. */
export async function chargeAdvice(
  trx: Transaction<Tables>,
  { sessionId }: Pick<Run, 'sessionId'>,
  { costMicroUsd, decisionIds }: { readonly costMicroUsd: number; readonly decisionIds: readonly string[] },
): Promise<void> {
  const asked = sql`(select json_array_elements_text(${jsonText(decisionIds)}::json))`;
  await sql`update decisions d set model_cost_micro_usd = c.cost
    from (select decision_id, sum(cost_micro_usd) as cost from model_calls
      where session_id = ${sessionId} and decision_id in ${asked} group by 1) c
    where d.decision_id = c.decision_id`.execute(trx);
  const spent = { model_cost_micro_usd: costMicroUsd };
  await trx.updateTable('sessions').set(spent).where('session_id', '=', sessionId).execute();
}
