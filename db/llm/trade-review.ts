/**
 * What became of the model calls that fed a closed trade. Answers are found under the trade's own decision, or under the
 * session's advice for its bar. Each is scored once; a review that is repeated finds the same.
 */

import { decimalText, toDecimal } from '../../domain/decimal.ts';
import { brierOf, wasRight } from '../../domain/llm/outcome-of-trade.ts';
import { InvalidInput, problem } from '../../schemas/problem.ts';
import type { TradeReviewResult } from '../../schemas/trade-review.ts';
import { toInstant } from '../instant.ts';
import { insertExperiences, type LivedThrough, type LoadOwnBars, livedThrough } from '../learning/experiences.ts';
import { feedTrade } from '../learning/outcomes.ts';
import { inTransaction } from '../retry.ts';
import type { Database } from '../tables.ts';
import { outcomeOfAsk } from './calls.ts';
import { recordScore } from './scores.ts';

const MICRO = 1_000_000;

type Trade = Awaited<ReturnType<typeof readTrade>>;
type Scored = TradeReviewResult['scored'][number];

/** @param loadOwn bars of markets that are not stored @throws InvalidInput TRADE_UNKNOWN */
export async function reviewTrade(
  db: Database,
  tradeId: string,
  nowMs: number,
  loadOwn?: LoadOwnBars,
): Promise<TradeReviewResult> {
  const trade = await readTrade(db, tradeId);
  const calls = await callsOf(db, trade);
  const cost = calls.reduce((sum, one) => sum + one.cost_micro_usd, 0);
  const pnlNet = toDecimal(trade.pnl_net).minus(toDecimal(cost).div(MICRO));
  const scored: Scored[] = [];
  for (const askKey of new Set(calls.map((one) => one.ask_key))) {
    const one = await scoreOf(db, trade, askKey, calls);
    if (one === null) continue;
    const { callId, confidence, correct } = one;
    const score = { callId, confidence, correct, regime: trade.regime, tradeId, pnlNet: trade.pnl_net };
    await recordScore(db, { ...score, scoredAtMs: nowMs });
    scored.push(one);
  }
  const versions = Object.fromEntries(calls.map((one) => [one.prompt_id, one.prompt_version]));
  const lived = trade.reviewed_at === null ? await livedThrough(db, trade, loadOwn) : null;
  await markReviewed(db, tradeId, { model_cost_micro_usd: cost, prompt_versions: versions }, lived, nowMs);
  return {
    tradeId,
    symbol: trade.symbol,
    side: trade.side,
    regime: trade.regime,
    pnlNet: decimalText(pnlNet),
    holdMs: trade.closed_at.getTime() - trade.opened_at.getTime(),
    modelCostMicroUsd: cost,
    scored,
  };
}

type Learnt = { readonly model_cost_micro_usd: number; readonly prompt_versions: Readonly<Record<string, number>> };

/** The first review feeds the learner in the same transaction; one that is repeated corrects cost and versions only. */
async function markReviewed(
  db: Database,
  tradeId: string,
  learnt: Learnt,
  lived: LivedThrough | null,
  nowMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const query = trx.selectFrom('trades').selectAll().where('trade_id', '=', tradeId).forUpdate();
    const trade = await query.executeTakeFirstOrThrow();
    const isFirst = trade.reviewed_at === null;
    const change = { ...learnt, ...(isFirst ? { reviewed_at: toInstant(nowMs) } : {}) };
    await trx.updateTable('trades').set(change).where('trade_id', '=', tradeId).execute();
    if (isFirst && (await feedTrade(trx, trade, nowMs)) && lived !== null) await insertExperiences(trx, trade, lived);
  });
}

/** Closed trades of paper and live accounts that nobody has reviewed yet; the oldest first. */
export async function unreviewedTrades(db: Database, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('trades as t')
    .select('t.trade_id')
    .where('t.reviewed_at', 'is', null)
    .where('t.busted_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('orders as o')
          .select('o.decision_id')
          .whereRef('o.decision_id', '=', 't.decision_id')
          .where('o.simulated', '=', false),
      ),
    )
    .orderBy('t.closed_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.trade_id);
}

async function readTrade(db: Database, tradeId: string) {
  const trade = await db.selectFrom('trades').selectAll().where('trade_id', '=', tradeId).executeTakeFirst();
  if (trade !== undefined) return trade;
  throw new InvalidInput([problem('TRADE_UNKNOWN', 'tradeId', tradeId, 'a closed trade of this desk')]);
}

async function callsOf(db: Database, trade: Trade) {
  if (trade.decision_id === null) return [];
  const advised = await db
    .selectFrom('advice_slots as a')
    .innerJoin('decisions as d', (join) =>
      join
        .onRef('d.session_id', '=', 'a.session_id')
        .onRef('d.run', '=', 'a.run')
        .onRef('d.symbol', '=', 'a.symbol')
        .onRef('d.as_of', '=', 'a.as_of'),
    )
    .select('a.outcome')
    .where('d.decision_id', '=', trade.decision_id)
    .execute();
  const ids = advised.flatMap(({ outcome }) => (Array.isArray(outcome.callIds) ? outcome.callIds.map(String) : []));
  const decisionId = trade.decision_id;
  return db
    .selectFrom('model_calls')
    .select(['call_id', 'ask_key', 'task', 'model', 'prompt_id', 'prompt_version', 'cost_micro_usd', 'outcome'])
    .where((eb) => eb.or([eb('decision_id', '=', decisionId), ...(ids.length === 0 ? [] : [eb('call_id', 'in', ids)])]))
    .orderBy('requested_at')
    .execute();
}

type Call = Awaited<ReturnType<typeof callsOf>>[number];

/** It argues against what stands because it is told to: what it says is no opinion of its model. */
const ARGUED = 'contrarian';

/** Null for a question that came to no opinion on a direction. */
async function scoreOf(db: Database, trade: Trade, askKey: string, calls: readonly Call[]): Promise<Scored | null> {
  const call = calls.findLast((one) => one.ask_key === askKey && one.outcome === 'answered');
  const outcome = await outcomeOfAsk(db, askKey);
  const { action, confidence } = opinionIn(outcome?.value);
  if (call === undefined || call.task === ARGUED || action === null || confidence === null) return null;
  const correct = wasRight(action, trade.side, toDecimal(trade.pnl_net));
  const { call_id: callId, model, prompt_id: promptId, prompt_version: promptVersion } = call;
  return { callId, model, promptId, promptVersion, action, confidence, correct, brier: brierOf(confidence, correct) };
}

/** The action of an answer and how sure it was: `action` is a word, or an object with its `type`. */
function opinionIn(value: unknown): { action: string | null; confidence: number | null } {
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const inner: Record<string, unknown> = typeof fields.action === 'object' ? { ...fields.action } : {};
  const action = typeof fields.action === 'string' ? fields.action : inner.type;
  const confidence = fields.confidence ?? inner.confidence;
  return {
    action: typeof action === 'string' ? action : null,
    confidence: typeof confidence === 'number' ? confidence : null,
  };
}
