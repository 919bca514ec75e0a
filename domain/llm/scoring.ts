/**
 * How good the answers of a model or a prompt were, once trades have shown it. Confidence 0 to 1; money as decimal
 * text, costs in whole micro-USD. Brier = mean of (confidence − outcome)², Brier (1950): 0 is perfect, 0.25 a coin.
 */
import { toDecimal } from '../decimal.ts';

export type ScoredAnswer = {
  readonly confidence: number;
  /** The direction that was advised is the one that paid. */
  readonly correct: boolean;
  /** Net result of the trade that came of it; null when none did. */
  readonly pnlNet: string | null;
  readonly costMicroUsd: number;
};

export type Score = {
  readonly answers: number;
  readonly accuracy: number | null;
  readonly brier: number | null;
  readonly trades: number;
  /** Share of trades with a profit. */
  readonly winRate: number | null;
  readonly pnlNet: string;
  readonly costMicroUsd: number;
  /** Profit net of the model's cost, by that cost; null where nothing was paid. */
  readonly returnOnCost: number | null;
  /** Whole cost by trades with a profit; null without one. */
  readonly costPerProfitableTradeMicroUsd: number | null;
};

const MICRO = 1_000_000;

export function scoreOf(answers: readonly ScoredAnswer[]): Score {
  const count = answers.length;
  const traded = answers.flatMap(({ pnlNet }) => (pnlNet === null ? [] : [toDecimal(pnlNet)]));
  const wins = traded.filter((pnl) => pnl.gt(0)).length;
  const pnl = traded.reduce((sum, one) => sum.plus(one), toDecimal(0));
  const cost = answers.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    answers: count,
    accuracy: share(answers.filter(({ correct }) => correct).length, count),
    brier: share(
      answers.reduce((sum, { confidence, correct }) => sum + (confidence - Number(correct)) ** 2, 0),
      count,
    ),
    trades: traded.length,
    winRate: share(wins, traded.length),
    pnlNet: pnl.toFixed(),
    costMicroUsd: cost,
    returnOnCost: cost === 0 ? null : pnl.times(MICRO).minus(cost).div(cost).toNumber(),
    costPerProfitableTradeMicroUsd: share(cost, wins),
  };
}
