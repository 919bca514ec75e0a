/**
 * Capital across strategies (spec 8.7): scores, weights within 5 and 40 %, cash the rest, turnover damped, all scaled
 * down together until a day's joint risk keeps within 2 %. A reason for every strategy. Fractions of the capital.
 */
import type { AllocationPlan, PlannedStrategy } from '../../../schemas/allocation.ts';
import { allocate, diversification, herfindahlIndex, projectOntoCappedSimplex } from '../allocate.ts';
import { type ScoreParts, type StrategyRecord, scoreOf, scoreParts } from './allocation-score.ts';
import { DAILY_RISK_FRACTION, dailyValueAtRisk, jointRisk, measuredCorrelation } from './risk-budget.ts';

export type AllocationQuestion = {
  readonly regime: string | null;
  readonly strategies: readonly StrategyRecord[];
  /** What the last plan meant each to have before its risk was bounded; null: there is none. */
  readonly previous: Readonly<Record<string, number>> | null;
};

export const ALLOCATION_BOUNDS = { minFraction: 0.05, maxFraction: 0.4, cashAllowed: true };
/** How far one review goes from the last weights to the new ones, and what is too little to move at all. */
const DAMPING = 0.5;
const MOVE_MIN = 0.02;

type Scored = { readonly record: StrategyRecord; readonly parts: ScoreParts; readonly score: number };

/** @throws InvalidInput ALLOC_INFEASIBLE for more strategies than the least weight leaves room for */
export function planAllocation({ regime, strategies, previous }: AllocationQuestion): AllocationPlan {
  const scored = strategies.map((record): Scored => {
    const parts = scoreParts(record, regime);
    return { record, parts, score: scoreOf(parts) };
  });
  const able = scored.filter(({ record }) => record.health !== 'disabled');
  const scores = able.map(({ score }) => score);
  const target = allocate(scores, ALLOCATION_BOUNDS).weights;
  const before = able.map(({ record }) => previous?.[record.strategyId] ?? null);
  const damped = dampTurnover(target, before);
  const daily = able.map(({ record }) => record.dailyReturns);
  const valueAtRisk = daily.map(dailyValueAtRisk);
  const correlation = measuredCorrelation(daily);
  const risk = jointRisk(damped, valueAtRisk, correlation);
  const riskScale = risk > DAILY_RISK_FRACTION ? DAILY_RISK_FRACTION / risk : 1;
  const weights = damped.map((weight) => weight * riskScale);
  const planned = able.map((one, index) =>
    plannedOf(one, valueAtRisk[index] as number, {
      ...{ target: target[index] as number, damped: damped[index] as number },
      ...{ weight: weights[index] as number, riskScale },
    }),
  );
  return {
    regime,
    strategies: [...planned, ...scored.filter(({ record }) => record.health === 'disabled').map(nothing)],
    cashFraction: Math.max(0, 1 - weights.reduce((sum, weight) => sum + weight, 0)),
    herfindahlIndex: herfindahlIndex(weights),
    diversification: diversification(weights),
    jointRiskFraction: risk * riskScale,
    riskScale,
    correlation,
  };
}

const plannedOf = ({ record, parts, score }: Scored, valueAtRisk: number, numbers: Numbers): PlannedStrategy => ({
  strategyId: record.strategyId,
  health: record.health,
  ...{ score, parts, weight: numbers.weight },
  targetWeight: numbers.target,
  dampedWeight: numbers.damped,
  valueAtRiskFraction: valueAtRisk,
  reason: reasonOf({ record, parts, score }, numbers),
});

const nothing = ({ record, parts, score }: Scored): PlannedStrategy => ({
  strategyId: record.strategyId,
  health: record.health,
  ...{ score, parts },
  ...{ weight: 0, targetWeight: 0, dampedWeight: 0 },
  valueAtRiskFraction: dailyValueAtRisk(record.dailyReturns),
  reason: 'disabled: nothing',
});

/** Halfway from the last weight to the new one; less than 0.02 apart stays. Who is new gets the new one at once. */
export function dampTurnover(target: readonly number[], previous: readonly (number | null)[]): number[] {
  const { minFraction, maxFraction } = ALLOCATION_BOUNDS;
  const moved = target.map((weight, index) => {
    const last = previous[index] ?? null;
    if (last === null) return weight;
    const next = Math.abs(weight - last) < MOVE_MIN ? last : last + DAMPING * (weight - last);
    return Math.min(maxFraction, Math.max(minFraction, next));
  });
  const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0);
  const isFull = sum(target) > 1 - 1e-9;
  return isFull || sum(moved) > 1 ? projectOntoCappedSimplex(moved, minFraction, maxFraction) : moved;
}

type Numbers = {
  readonly target: number;
  readonly damped: number;
  readonly weight: number;
  readonly riskScale: number;
};

function reasonOf({ record, parts, score }: Scored, { target, damped, weight, riskScale }: Numbers): string {
  const told = Object.entries({
    Sharpe: parts.sharpe,
    'win rate': parts.winRateBonus,
    'profit factor': parts.profitFactorBonus,
    drawdown: parts.drawdown,
    regime: parts.regime,
  });
  const largest = told.reduce((best, one) => (Math.abs(one[1]) > Math.abs(best[1]) ? one : best));
  const bound =
    target === ALLOCATION_BOUNDS.maxFraction
      ? ' (the most)'
      : target === ALLOCATION_BOUNDS.minFraction
        ? ' (the least)'
        : '';
  return [
    `score ${score.toFixed(2)} of ${record.trades.length} trades${largest[1] === 0 ? '' : `, mostly ${largest[0]}`}`,
    `${percent(target)}${bound}`,
    ...(record.health === 'degraded' ? ['degraded: a quarter of its score'] : []),
    ...(Math.abs(damped - target) > 1e-9 ? [`${percent(damped)} by damped turnover`] : []),
    ...(riskScale < 1 ? [`${percent(weight)} by the risk budget of a day`] : []),
  ].join('; ');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
