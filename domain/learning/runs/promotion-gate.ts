/**
 * Whether a champion is more than luck, on bars that no trial of its run has seen. Every check must pass:
 * enough trades, a deflated Sharpe that counts every trial, an overfitting probability below that of luck, more
 * than buying and holding, and not behind the best of the plain strategies by more than chance moves the two
 * apart. Sharpe ratios are per bar, at real costs.
 */
import type { GateCheck, Promotion } from '../../../schemas/evolution-run.ts';
import { probabilityOfOverfitting } from '../honesty/overfitting.ts';
import { plainSharpe, sampleMoments } from '../honesty/sample-moments.ts';
import { deflatedSharpe } from '../honesty/sharpe-significance.ts';

export const PROMOTION_LIMITS = {
  tradesMin: 20,
  deflatedSharpeMin: 0.95,
  /** Without any skill the probability is about 0.5. */
  overfittingMax: 0.5,
} as const;

/** Blocks of the cross-validation; 924 splits. */
const BLOCKS = 12;

export type PromotionInput = {
  readonly champion: { readonly returns: Float64Array; readonly tradeCount: number };
  /** Every trial of the run, failed ones too. */
  readonly trials: number;
  /** The champion's rivals over the same bars: the hall of fame and strategies that nobody chose. */
  readonly rivals: readonly Float64Array[];
  readonly buyAndHold: Float64Array;
  readonly baselines: readonly { readonly name: string; readonly returns: Float64Array }[];
};

export function judgePromotion({ champion, trials, rivals, buyAndHold, baselines }: PromotionInput): Promotion {
  const { returns, tradeCount } = champion;
  const sharpe = plainSharpe(returns);
  const deflated = deflatedOf(returns, trials);
  const overfitting = overfittingOf([returns, ...rivals]);
  const best = bestBaseline(baselines);
  const error = best.returns === null ? 0 : errorOfDifference(returns, best.returns);
  const checks = [
    tradesCheck(tradeCount),
    deflatedCheck(deflated, trials),
    overfittingCheck(overfitting),
    sharpeCheck('buyAndHold', 'buying and holding', sharpe, plainSharpe(buyAndHold)),
    sharpeCheck(
      'bestBaseline',
      `the best plain strategy, ${best.name}, less one standard error`,
      sharpe,
      best.sharpe - error,
    ),
  ];
  return {
    promoted: checks.every(({ passed }) => passed),
    checks,
    trials,
    observations: returns.length,
    sharpe,
    deflatedSharpe: deflated,
    overfitting,
    tradeCount,
  };
}

/**
 * No trial has run over these bars, so their Sharpe ratios there are not known; those of strategies without skill would
 * have the variance 1 / (n - 1). The number of trials is the true one.
 */
function deflatedOf(returns: Float64Array, trials: number): number | null {
  const moments = sampleMoments(returns);
  if (moments === null || moments.deviation === 0) return null;
  const { count, mean, deviation, skewness, kurtosis } = moments;
  const measured = { sharpe: mean / deviation, count, skewness, kurtosis };
  return deflatedSharpe(measured, Math.max(1, trials), 1 / (count - 1)).probability;
}

/** Null where there is nothing to compare with or too few bars for the blocks. */
function overfittingOf(columns: readonly Float64Array[]): number | null {
  const count = columns[0]?.length ?? 0;
  if (columns.length < 2 || count < 2 * BLOCKS) return null;
  const rows = Array.from({ length: count }, (_, i) => columns.map((column) => column[i] as number));
  return probabilityOfOverfitting(rows, BLOCKS).probability;
}

type Baseline = { readonly name: string; readonly sharpe: number; readonly returns: Float64Array | null };

/**
 * The best of several on the very bars that judge is flattered by having
 * been picked: `errorOfDifference` allows for it.
 */
function bestBaseline(baselines: PromotionInput['baselines']): Baseline {
  const scored = baselines.map((one) => ({ ...one, sharpe: plainSharpe(one.returns) }));
  return scored.reduce<Baseline>((best, one) => (one.sharpe > best.sharpe ? one : best), NO_BASELINE);
}

const NO_BASELINE: Baseline = { name: 'none', sharpe: 0, returns: null };

/**
 * Standard error of the difference of two Sharpe ratios over the same bars: that of the mean of
 * both returns' difference, each in units of its own deviation (Jobson and Korkie, Journal of
 * Finance 36, 1981, without the terms of second order).
 */
function errorOfDifference(a: Float64Array, b: Float64Array): number {
  const [first, second] = [sampleMoments(a), sampleMoments(b)];
  if (first === null || second === null || first.deviation === 0 || second.deviation === 0) return 0;
  const apart = a.map((value, i) => value / first.deviation - (b[i] as number) / second.deviation);
  return (sampleMoments(apart)?.deviation ?? 0) / Math.sqrt(a.length);
}

const shown = (value: number | null): string => (value === null ? 'not defined' : String(Number(value.toPrecision(4))));

function tradesCheck(tradeCount: number): GateCheck {
  const limit = PROMOTION_LIMITS.tradesMin;
  const message = `${tradeCount} trades, at least ${limit} are needed`;
  return { name: 'trades', passed: tradeCount >= limit, value: tradeCount, limit, message };
}

function deflatedCheck(value: number | null, trials: number): GateCheck {
  const limit = PROMOTION_LIMITS.deflatedSharpeMin;
  const message = `deflated Sharpe ${shown(value)} after ${trials} trials, above ${limit} is needed`;
  return { name: 'deflatedSharpe', passed: value !== null && value > limit, value, limit, message };
}

function overfittingCheck(value: number | null): GateCheck {
  const limit = PROMOTION_LIMITS.overfittingMax;
  const message = `probability of overfitting ${shown(value)}, below ${limit} is needed`;
  return { name: 'overfitting', passed: value !== null && value < limit, value, limit, message };
}

function sharpeCheck(name: string, what: string, sharpe: number, limit: number): GateCheck {
  const message = `Sharpe ${shown(sharpe)} a bar, above ${shown(limit)} of ${what} is needed`;
  return { name, passed: sharpe > limit, value: sharpe, limit, message };
}
