/** What `calc metrics` is asked, and what of it cannot be answered. */
import { z } from 'zod';
import { decimalSchema } from '../../../schemas/decimal.ts';
import { barIntervalMsSchema } from '../../../schemas/market.ts';
import { type Problem, problem } from '../../../schemas/problem.ts';

const POINTS_MAX = 2_000_000;
const BOOTSTRAP_DRAWS_MAX = 50_000_000;

const decimals = z.array(decimalSchema).max(POINTS_MAX);

const bootstrapSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  samples: z.number().int().min(10).max(100_000).default(1_000),
  confidence: z.number().gt(0).lt(1).default(0.95),
  /** Mean length of a block in bars; absent: the root of their number. */
  meanBlock: z.number().min(1).optional(),
});

/** One number, or one a period. */
const levelSchema = z.union([z.number(), z.array(z.number().nullable()).max(POINTS_MAX)]);

export const metricsSchema = z.strictObject({
  /** Wealth at the start, then after each bar. Instead of it, or beside it: `returns`. */
  equity: z.array(decimalSchema).min(1).max(POINTS_MAX).optional(),
  /** Simple returns, null where one is missing. */
  returns: z.array(z.number().nullable()).max(POINTS_MAX).optional(),
  /** What `returns`, or else those of `equity`, are measured against, a period (or a year, for omega). */
  riskFree: levelSchema.optional(),
  requiredReturn: levelSchema.optional(),
  requiredAnnualReturn: z.number().gt(-1).optional(),
  /** Net of fees and funding, one per closed trade. */
  tradePnls: decimals.optional(),
  barIntervalMs: barIntervalMsSchema.default(3_600_000),
  /** Absent: 365 days / barIntervalMs. */
  periodsPerYear: z.number().gt(0).optional(),
  /** Prices or wealth of a benchmark, one beside each value of `equity`; beside `returns` alone one more than these. */
  benchmark: decimals.optional(),
  /** Signed value of the position over wealth, one a bar; with it what was traded and paid. */
  exposure: z.array(z.number()).max(POINTS_MAX).optional(),
  tradedValue: decimalSchema.optional(),
  costs: decimalSchema.optional(),
  /** One a bar, null where it is not known; and the regime at the entry of each trade. */
  regimes: z.array(z.string().nullable()).max(POINTS_MAX).optional(),
  tradeRegimes: z.array(z.string().nullable()).max(POINTS_MAX).optional(),
  /** Interval of the yearly Sharpe: of `equity`, or else of `returns`. */
  bootstrap: bootstrapSchema.optional(),
});
export type MetricsInput = z.output<typeof metricsSchema>;

/** Lists of another length than what they stand beside, and what is asked of something that is not there. */
export const metricsProblems = (input: MetricsInput): readonly Problem[] => [
  ...missing(input),
  ...lengths(input),
  ...draws(input),
];

type Field = keyof MetricsInput;

function missing(input: MetricsInput): Problem[] {
  const needed = (path: Field, ...names: readonly Field[]): Problem[] => {
    const asking = names.filter((name) => input[name] !== undefined).join(' and ');
    if (input[path] !== undefined || asking === '') return [];
    return [problem('INPUT_REQUIRED', path, undefined, `${path} beside ${asking}`, `or leave ${asking} out`)];
  };
  const nothing = input.equity === undefined && input.returns === undefined;
  return [
    ...(nothing ? [problem('INPUT_REQUIRED', 'equity', undefined, 'equity, or returns')] : []),
    ...(nothing ? [] : needed('equity', 'exposure', 'regimes')),
    ...needed('exposure', 'tradedValue', 'costs'),
    ...needed('regimes', 'tradeRegimes'),
  ];
}

function lengths(input: MetricsInput): Problem[] {
  const { equity, returns, tradePnls = [] } = input;
  const bars = equity && equity.length - 1;
  const must = (path: Field, count: number | undefined, what: string): Problem[] => {
    const given = input[path];
    if (!Array.isArray(given) || count === undefined || given.length === count) return [];
    return [problem('INPUT_ITEMS', path, `${given.length} items`, `${count}, ${what}`)];
  };
  return [
    ...must('riskFree', returns?.length ?? bars, 'one a return'),
    ...must('requiredReturn', returns?.length ?? bars, 'one a return'),
    ...must('benchmark', equity?.length ?? (returns && returns.length + 1), 'one at the start, then one a return'),
    ...must('exposure', bars, 'one a bar'),
    ...must('regimes', bars, 'one a bar'),
    ...must('tradeRegimes', tradePnls.length, 'one a trade of tradePnls'),
  ];
}

function draws({ equity, returns, bootstrap }: MetricsInput): Problem[] {
  const count = equity === undefined ? (returns?.length ?? 0) : equity.length - 1;
  if (bootstrap === undefined || count * bootstrap.samples <= BOOTSTRAP_DRAWS_MAX) return [];
  const most = `at most ${Math.floor(BOOTSTRAP_DRAWS_MAX / count)} of ${count} returns`;
  return [problem('INPUT_RANGE', 'bootstrap.samples', bootstrap.samples, most)];
}
