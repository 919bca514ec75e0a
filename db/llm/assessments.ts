/**
 * What models were asked about proposals of a session, kept beside their decisions in `model_asks` under the name of
 * the question: an answer is kept there by the gateway, the reason why there is none here.
 */
import type { Transaction } from 'kysely';
import type { ProposalQuestion } from '../../domain/backtest/proposal-question.ts';
import { type AssessmentNote, assessmentKey } from '../../schemas/llm/proposal-assessment.ts';
import type { SessionHandle } from '../../schemas/session-walk.ts';
import { lockAccount } from '../accounts.ts';
import { insertRows } from '../insert-rows.ts';
import { readSession } from '../sessions.ts';
import type { Tables } from '../tables.ts';
import { adviceTotals, chargeAdvice } from './advice-slots.ts';

/** The facts of what is to be asked, where whoever asks finds them. */
export async function keepQuestions(trx: Transaction<Tables>, questions: readonly ProposalQuestion[]): Promise<void> {
  const payloads = questions.map(({ ref, body }) => ({ ref, body }));
  await insertRows(trx, 'model_payloads', payloads, { onConflict: 'nothing' });
}

/**
 * What came first is kept. Decisions and session are charged; a session that a newer run holds has figures of its own.
 */
export async function noteAssessments(
  trx: Transaction<Tables>,
  handle: SessionHandle,
  notes: readonly AssessmentNote[],
): Promise<void> {
  await lockAccount(trx, handle.accountId);
  const rows = notes.flatMap(({ decisionId, noDecision }) =>
    noDecision === null ? [] : [{ ask_key: assessmentKey(decisionId), outcome: { ...noDecision } }],
  );
  await insertRows(trx, 'model_asks', rows, { onConflict: 'nothing' });
  if ((await readSession(trx, handle.sessionId))?.epoch !== handle.epoch) return;
  const { costMicroUsd } = await adviceTotals(trx, handle);
  await chargeAdvice(trx, handle, { costMicroUsd, decisionIds: notes.map(({ decisionId }) => decisionId) });
}
