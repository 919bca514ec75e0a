/** The review of one closed trade: which model calls fed it, who was right, what it earned net of what they cost. */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { parseInput } from '../schemas/parse-input.ts';
import { problem } from '../schemas/problem.ts';
import { type TradeReviewResult, tradeReviewInputSchema } from '../schemas/trade-review.ts';
import { preparing } from './analysis/activities.ts';
import { invalidInput, orFail, orFailWithProblems } from './lib/invalid-input.ts';
import { TRADE_REVIEW, tradeReviewId } from './messages/trade-review.ts';

/** @param raw `tradeReviewInputSchema`; the trade is told by the workflow's id */
export async function tradeReview(raw?: unknown): Promise<TradeReviewResult> {
  const { workflowId } = workflowInfo();
  const input = orFail(() => parseInput(tradeReviewInputSchema, raw ?? {}));
  const tradeId = workflowId.slice(TRADE_REVIEW.length + 1);
  if (workflowId !== tradeReviewId(input.tradeId ?? tradeId) || tradeId === '') {
    throw invalidInput([problem('INPUT_ID', 'workflowId', workflowId, `${TRADE_REVIEW}:<id of the trade>`)]);
  }
  const result = await orFailWithProblems(() =>
    preparing().reviewTrade.executeWithOptions({ summary: `review of ${tradeId}` }, [{ tradeId }]),
  );
  const right = result.scored.filter(({ correct }) => correct).length;
  const models = result.scored.length === 0 ? 'no model had a say' : `${right} of ${result.scored.length} models right`;
  setCurrentDetails(`### ${result.side} ${result.symbol}: ${result.pnlNet}\n${models}`);
  return result;
}
