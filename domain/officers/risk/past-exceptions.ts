/**
 * Whether the VaR of the holdings of now would have held over the past days: each day against the VaR of the days
 * before it (a hypothetical back-test in the words of the Basel Committee: positions of today, returns of then).
 */
import type { LossMethod } from '../../../schemas/officers/risk-state.ts';
import { ewmaDeviation, ewmaLoss, RISKMETRICS_LAMBDA } from './ewma-loss.ts';
import { gaussianLoss } from './gaussian-loss.ts';
import { historicalLoss } from './historical-loss.ts';
import { LEVELS } from './measure-losses.ts';
import { returnShape } from './return-shape.ts';
import { trafficLight } from './traffic-light.ts';
import { conditionalCoverageTest, independenceTest, kupiecTest, transitionsOf } from './var-backtest.ts';

export type PastExceptions = {
  readonly method: LossMethod;
  readonly level: number;
  readonly observations: number;
  readonly exceptions: number;
  readonly kupiecP: number;
  readonly independenceP: number;
  readonly coverageP: number;
  readonly zone: 'green' | 'yellow' | 'red';
};

/** Days that a VaR is made of, and days that are judged at least. */
const WINDOW = 100;
const JUDGED_MIN = 20;

type Method = (past: readonly number[], level: number) => number | null;

const METHODS: readonly (readonly [LossMethod, Method])[] = [
  ['historical', (past, level) => historicalLoss(Float64Array.from(past).sort(), level).var],
  ['gaussian', gaussianVar],
  ['ewma', (past, level) => ewmaLoss(ewmaDeviation(past, RISKMETRICS_LAMBDA, null), level).var],
];

function gaussianVar(past: readonly number[], level: number): number | null {
  const shape = returnShape(past);
  return shape === null ? null : gaussianLoss(shape.mean, shape.deviation, level).var;
}

/** @param returns daily, oldest first; too few give no rows */
export function pastExceptions(returns: readonly number[]): PastExceptions[] {
  if (returns.length < WINDOW + JUDGED_MIN) return [];
  return METHODS.flatMap(([method, valueAtRisk]) =>
    LEVELS.map((level) => {
      const hits = returns.slice(WINDOW).map((own, i) => {
        const told = valueAtRisk(returns.slice(i, i + WINDOW), level);
        return told !== null && -own > told;
      });
      return judge(method, level, hits);
    }),
  );
}

function judge(method: LossMethod, level: number, hits: readonly boolean[]): PastExceptions {
  const observations = hits.length;
  const exceptions = hits.filter(Boolean).length;
  const kupiec = kupiecTest(observations, exceptions, level);
  const independence = independenceTest(transitionsOf(hits));
  const { zone } = trafficLight(observations, exceptions, level);
  const coverage = conditionalCoverageTest(kupiec, independence);
  const figures = { kupiecP: kupiec.pValue, independenceP: independence.pValue, coverageP: coverage.pValue };
  return { method, level, observations, exceptions, ...figures, zone };
}
