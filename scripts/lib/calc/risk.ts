/** `calc risk`: loss measures of returns, what carries them, drawdowns of a curve, and the Risk Officer's judgement. */
import { z } from 'zod';
import { assessRisk } from '../../../domain/officers/risk/assess-risk.ts';
import { componentLosses, portfolioReturns } from '../../../domain/officers/risk/component-loss.ts';
import { correlationMatrix } from '../../../domain/officers/risk/correlation-matrix.ts';
import { curveDrawdowns } from '../../../domain/officers/risk/drawdown.ts';
import { evtLoss } from '../../../domain/officers/risk/evt-loss.ts';
import {
  LEVELS,
  LOSS_OPTIONS,
  type LossMeasures,
  type LossOptions,
  measureLosses,
} from '../../../domain/officers/risk/measure-losses.ts';
import { riskAlert } from '../../../domain/officers/risk/risk-alerts.ts';
import { modeProfileSchema } from '../../../schemas/governance.ts';
import { CEO_DEFAULTS } from '../../../schemas/officers/policy-store.ts';
import { riskPortfolioSchema } from '../../../schemas/officers/portfolio.ts';
import { InvalidInput, problem } from '../../../schemas/problem.ts';
import { positiveDecimalSchema } from './bars-input.ts';
import { calculation } from './calculation.ts';
import { riskExample } from './risk-example.ts';

const RETURNS_MAX = 200_000;
const SERIES_MAX = 100;
/** Fourth powers of these are still numbers. */
const returnSchema = z.number().min(-1e15).max(1e15);
const returnsSchema = z.array(returnSchema).min(1).max(RETURNS_MAX);

const schema = z.strictObject({
  /** Simple returns, oldest first: -0.02 is a loss of 2 %. Or `losses`, where a loss is above 0, in any unit. */
  returns: returnsSchema.optional(),
  losses: returnsSchema.optional(),
  /**
   * Several at once, the same days in each, weighed by signed fractions: with the part of each and their correlation.
   */
  series: z
    .array(z.strictObject({ name: z.string().min(1), fraction: z.number(), returns: returnsSchema }))
    .min(1)
    .max(SERIES_MAX)
    .optional(),
  levels: z
    .array(z.number().gt(0.5).lt(1))
    .min(1)
    .max(20)
    .default([...LEVELS]),
  ewmaLambda: z.number().gt(0).lt(1).default(LOSS_OPTIONS.lambda),
  /** The volatility before the first return; absent: the returns alone are weighed. */
  ewmaInitialDeviation: z.number().min(0).optional(),
  /** Of peaks over threshold, in the unit of the losses; absent: their quantile at 0.9. */
  evtThreshold: returnSchema.optional(),
  evtExceedancesMin: z.number().int().min(2).default(LOSS_OPTIONS.exceedancesMin),
  /** How many of the largest losses make Hill's estimate; absent: a tenth, at least 10. */
  tailCount: z.number().int().min(1).optional(),
  /** [instant ms, equity], oldest first. */
  equity: z
    .array(z.tuple([z.number().int(), positiveDecimalSchema]))
    .min(1)
    .max(RETURNS_MAX)
    .optional(),
  /** What is not in this shape is an unknown portfolio: score 100. */
  portfolio: z.union([riskPortfolioSchema, z.unknown()]).optional(),
  /** Of the operating mode, which the ceilings tighten; absent: stability's. */
  profile: modeProfileSchema.default({
    positionFractionMax: 0.08,
    positionsMax: 8,
    leverageMax: 3,
    confidenceMin: 0.6,
    newEntries: true,
  }),
  asOfMs: z.number().int().default(0),
});
type Input = z.output<typeof schema>;

export const risk = calculation({
  name: 'risk',
  about: 'VaR and ES by five methods, tail index, component VaR, drawdowns; score, parts and ceilings of a portfolio',
  schema,
  example: riskExample,
  answer: (input) => {
    const { returns, losses, series, equity, portfolio } = input;
    if ([returns, losses, series, equity, portfolio].every((one) => one === undefined)) {
      throw new InvalidInput([
        problem('INPUT_REQUIRED', 'returns', undefined, 'returns, losses, series, equity or portfolio'),
      ]);
    }
    return {
      ...(returns && { returns: lossDocument(returns, input) }),
      ...(losses && {
        losses: lossDocument(
          losses.map((loss) => -loss),
          input,
        ),
      }),
      ...(series && { series: seriesDocument(series, input) }),
      ...(equity && { drawdown: curveDrawdowns(equity.map(([atMs, value]) => [atMs, Number(value)])) }),
      ...(portfolio !== undefined && stateDocument(input)),
    };
  },
});

const optionsOf = (input: Input): LossOptions => ({
  levels: input.levels,
  lambda: input.ewmaLambda,
  initialDeviation: input.ewmaInitialDeviation ?? null,
  threshold: input.evtThreshold,
  exceedancesMin: input.evtExceedancesMin,
  tailCount: input.tailCount,
});

const lossDocument = (returns: readonly number[], input: Input) => {
  const measures = measureLosses(returns, optionsOf(input));
  return { ...measures, evt: evtDocument(measures, input.levels) };
};

/** With the fit's figures in any case; those in `var` and `es` of the whole are only there when it is not refused. */
function evtDocument({ evt: { fit, ...tail }, evt }: LossMeasures, levels: readonly number[]) {
  const figures = (part: 'var' | 'es') => byLevel(levels, (level) => evtLoss(evt, level)?.[part] ?? null);
  return { ...tail, ...fit, var: figures('var'), es: figures('es') };
}

const byLevel = <Value>(levels: readonly number[], of: (level: number) => Value): Record<string, Value> =>
  Object.fromEntries(levels.map((level) => [String(level), of(level)]));

function seriesDocument(series: NonNullable<Input['series']>, input: Input) {
  const days = series[0]?.returns.length ?? 0;
  const problems = series.flatMap(({ returns }, i) =>
    returns.length === days
      ? []
      : [problem('INPUT_ITEMS', `series[${i}].returns`, `${returns.length} items`, `${days}, as many as in the first`)],
  );
  if (problems.length > 0) throw new InvalidInput(problems);
  const parts = input.levels.map((level) => ({ level, ...componentLosses(series, level) }));
  return {
    ...lossDocument(portfolioReturns(series), input),
    componentTotal: byLevel(input.levels, (level) => parts.find((one) => one.level === level)?.total),
    components: series.map(({ name, fraction }, i) => ({
      name,
      fraction,
      ...byLevel(input.levels, (level) => parts.find((one) => one.level === level)?.components[i]),
    })),
    correlation: correlationMatrix(series.map(({ returns }) => returns)),
  };
}

function stateDocument({ portfolio, profile, asOfMs }: Input) {
  const state = assessRisk({ portfolio, profile, asOfMs });
  return { state, alert: riskAlert(state, CEO_DEFAULTS) };
}
