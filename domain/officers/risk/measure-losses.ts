/**
 * Value at risk and expected shortfall of one series of returns, by every
 * method and level, and what the methods rest on.
 * A method that has no answer gives null, with the reason in `refusals`; none of them is ever filled in by another.
 */
import type { LossMethod, LossTable } from '../../../schemas/officers/risk-state.ts';
import { bentMonotony, cornishFisherLoss, type Monotony, type Shape } from './cornish-fisher-loss.ts';
import { EXCEEDANCES_MIN, evtLoss, fitTail, type TailFit } from './evt-loss.ts';
import { ewmaDeviation, ewmaEffectiveDays, ewmaLoss, RISKMETRICS_LAMBDA } from './ewma-loss.ts';
import { gaussianLoss } from './gaussian-loss.ts';
import { type HillEstimate, hillEstimate } from './hill.ts';
import { historicalLoss, type LossEstimate } from './historical-loss.ts';
import { returnShape } from './return-shape.ts';

export const LEVELS: readonly number[] = [0.95, 0.99];

export type LossOptions = {
  /** Above 0.5, below 1. */
  readonly levels: readonly number[];
  readonly lambda: number;
  /** Where the exponential weighting begins; null: it weighs the returns alone. */
  readonly initialDeviation: number | null;
  /** In the unit of the losses; absent: their quantile at 0.9. */
  readonly threshold?: number | undefined;
  readonly exceedancesMin: number;
  /** Largest losses that Hill's estimate is made of; absent: a tenth, at least 10. */
  readonly tailCount?: number | undefined;
};

export const LOSS_OPTIONS: LossOptions = {
  levels: LEVELS,
  lambda: RISKMETRICS_LAMBDA,
  initialDeviation: null,
  exceedancesMin: EXCEEDANCES_MIN,
};

export type LossMeasures = {
  readonly count: number;
  readonly shape: Shape | null;
  readonly var: LossTable;
  readonly es: LossTable;
  readonly cornishFisher: Monotony | null;
  readonly evt: TailFit;
  readonly ewma: { readonly lambda: number; readonly deviation: number; readonly effectiveDays: number };
  readonly tail: HillEstimate | null;
  readonly refusals: readonly string[];
};

/** @param returns oldest first, at least one; losses below 0. @throws RangeError without returns */
export function measureLosses(returns: readonly number[], options: LossOptions = LOSS_OPTIONS): LossMeasures {
  if (returns.length === 0) throw new RangeError('no returns: expected at least one');
  const { levels, lambda, initialDeviation } = options;
  const sorted = Float64Array.from(returns).sort();
  const losses = sorted.map((value) => -value).reverse();
  const shape = returnShape(returns);
  const evt = fitTail(losses, options);
  const deviation = ewmaDeviation(returns, lambda, initialDeviation);
  const table = lossTable(levels, {
    historical: (level) => historicalLoss(sorted, level),
    gaussian: (level) => shape && gaussianLoss(shape.mean, shape.deviation, level),
    cornishFisher: (level) => shape && cornishFisherLoss(shape, level),
    evt: (level) => (evt.refusal === null ? evtLoss(evt, level) : null),
    ewma: (level) => ewmaLoss(deviation, level),
  });
  const monotony = shape && bentMonotony(shape, Math.max(...levels));
  return {
    count: returns.length,
    shape,
    ...table,
    cornishFisher: monotony,
    evt,
    ewma: { lambda, deviation, effectiveDays: ewmaEffectiveDays(lambda) },
    tail: hillEstimate(losses, options.tailCount),
    refusals: refusalsOf(shape, monotony, evt),
  };
}

type Estimates = Readonly<Record<LossMethod, (level: number) => LossEstimate | null>>;

function lossTable(levels: readonly number[], estimates: Estimates): { var: LossTable; es: LossTable } {
  const of = (part: 'var' | 'es'): LossTable => {
    const row = (method: LossMethod) =>
      Object.fromEntries(levels.map((level) => [String(level), estimates[method](level)?.[part] ?? null]));
    return {
      historical: row('historical'),
      gaussian: row('gaussian'),
      cornishFisher: row('cornishFisher'),
      evt: row('evt'),
      ewma: row('ewma'),
    };
  };
  return { var: of('var'), es: of('es') };
}

function refusalsOf(shape: Shape | null, monotony: Monotony | null, evt: TailFit): string[] {
  const refusals = shape === null ? ['gaussian, cornishFisher: fewer than two returns'] : [];
  if (monotony !== null && !monotony.monotone) refusals.push(`cornishFisher: ${monotonyText(monotony)}`);
  if (evt.refusal !== null) refusals.push(`evt: ${evt.refusal}`);
  return refusals;
}

const monotonyText = ({ slopeMin, reach }: Monotony): string =>
  `the bent quantile is not monotone, its least slope for |z| up to ${reach.toFixed(2)} is ${slopeMin.toFixed(3)}`;
