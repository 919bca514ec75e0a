/**
 * What became of answers: each call scored once, when its trade has closed, and what follows for its model and its
 * prompt. A demoted one may still be asked in the shadow; only such answers bring it back.
 */
import { DEMOTED_MS, demotionReason, isRestored, type Judged, SCORED_ANSWERS } from '../../domain/llm/demotion.ts';
import { type ScoredAnswer, scoreOf } from '../../domain/llm/scoring.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import { inTransaction } from '../retry.ts';
import type { Database } from '../tables.ts';

export type CallScore = {
  readonly callId: string;
  readonly regime: string | null;
  readonly tradeId: string | null;
  readonly confidence: number;
  readonly correct: boolean;
  readonly pnlNet: string | null;
  readonly scoredAtMs: number;
};

export type Subject = { readonly kind: 'model' | 'prompt'; readonly subject: string };

/** Scores a call, once, and judges its model and its prompt by their last thirty. @returns whether it was new */
export function recordScore(db: Database, score: CallScore): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const query = trx.selectFrom('model_calls').select(['model', 'prompt_id', 'prompt_version', 'session_id']);
    const call = await query.where('call_id', '=', score.callId).executeTakeFirst();
    if (call === undefined) throw new Error(`no model call ${score.callId}`);
    const subjects = subjectsOf(call);
    const demoted = await openDemotions(trx);
    const shadow = subjects.some((one) =>
      demoted.some(({ kind, subject }) => kind === one.kind && subject === one.subject),
    );
    const row = {
      ...call,
      call_id: score.callId,
      regime: score.regime,
      trade_id: score.tradeId,
      confidence: score.confidence,
      correct: score.correct,
      pnl_net: score.pnlNet,
      shadow,
      scored_at: toInstant(score.scoredAtMs),
    };
    if ((await insertRows(trx, 'model_scores', [row], { onConflict: 'nothing' })) === 0) return false;
    for (const subject of subjects) await judge(trx, subject, score.scoredAtMs);
    return true;
  });
}

const subjectsOf = (call: { model: string; prompt_id: string; prompt_version: number }): Subject[] => [
  { kind: 'model', subject: call.model },
  { kind: 'prompt', subject: `${call.prompt_id}@${call.prompt_version}` },
];

/** Those that have no say at present. */
export const openDemotions = (db: Database): Promise<Subject[]> =>
  db.selectFrom('model_demotions').select(['kind', 'subject']).where('restored_at', 'is', null).execute();

/** Every demotion there was, the newest first. */
export async function listDemotions(db: Database) {
  const rows = await db.selectFrom('model_demotions').selectAll().orderBy('demoted_at', 'desc').execute();
  return rows.map(({ kind, subject, reason, demoted_at, until, restored_at }) => ({
    ...{ kind, subject, reason, demotedAtMs: demoted_at.getTime(), untilMs: until.getTime() },
    restoredAtMs: restored_at?.getTime() ?? null,
  }));
}

async function judge(trx: Database, one: Subject, nowMs: number): Promise<void> {
  const open = await trx
    .selectFrom('model_demotions')
    .selectAll()
    .where('kind', '=', one.kind)
    .where('subject', '=', one.subject)
    .where('restored_at', 'is', null)
    .executeTakeFirst();
  const since = open?.demoted_at ?? (await lastRestored(trx, one));
  const judged = await lastAnswers(trx, one, since);
  if (open === undefined) {
    const reason = demotionReason(judged);
    if (reason === null) return;
    const row = { ...one, demoted_at: toInstant(nowMs), until: toInstant(nowMs + DEMOTED_MS), reason };
    await insertRows(trx, 'model_demotions', [row], { onConflict: 'nothing' });
  } else if (isRestored(judged, open.until.getTime(), nowMs)) {
    const change = trx.updateTable('model_demotions').set({ restored_at: toInstant(nowMs) });
    await change
      .where('kind', '=', one.kind)
      .where('subject', '=', one.subject)
      .where('demoted_at', '=', open.demoted_at)
      .execute();
  }
}

async function lastRestored(trx: Database, { kind, subject }: Subject): Promise<Date> {
  const query = trx.selectFrom('model_demotions').select((eb) => eb.fn.max('restored_at').as('at'));
  const row = await query.where('kind', '=', kind).where('subject', '=', subject).executeTakeFirst();
  return row?.at ?? new Date(0);
}

/** The last thirty scored after `since`. */
async function lastAnswers(trx: Database, one: Subject, since: Date): Promise<Judged> {
  const answers = await scoredAnswers(trx, { ...one, since, limit: SCORED_ANSWERS });
  return scoreOf(answers);
}

export type ScoreQuery = Subject & { readonly since?: Date; readonly regime?: string; readonly limit?: number };

/** Scored answers of a model or a prompt, the newest first. */
export async function scoredAnswers(db: Database, query: ScoreQuery): Promise<ScoredAnswer[]> {
  const [promptId = '', version = '0'] = query.subject.split('@');
  let rows = db
    .selectFrom('model_scores as s')
    .innerJoin('model_calls as c', 'c.call_id', 's.call_id')
    .select(['s.confidence', 's.correct', 's.pnl_net', 'c.cost_micro_usd'])
    .where('s.scored_at', '>', query.since ?? new Date(0));
  rows =
    query.kind === 'model'
      ? rows.where('s.model', '=', query.subject)
      : rows.where('s.prompt_id', '=', promptId).where('s.prompt_version', '=', Number(version));
  if (query.regime !== undefined) rows = rows.where('s.regime', '=', query.regime);
  const found = await rows
    .orderBy('s.scored_at', 'desc')
    .orderBy('s.call_id')
    .limit(query.limit ?? 100_000)
    .execute();
  return found.map((row) => ({
    confidence: row.confidence,
    correct: row.correct,
    pnlNet: row.pnl_net,
    costMicroUsd: row.cost_micro_usd,
  }));
}
