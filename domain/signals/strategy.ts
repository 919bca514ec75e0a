/**
 * What a strategy is: rules that say, bar by bar, which side they want to be on and when they want to be out.
 * A strategy never sizes, never looks at an account and never past bar i; signals are level-triggered.
 */
import type { Side } from '../../schemas/decision.ts';
import type { StrategyType } from '../../schemas/signals.ts';
import type { Kernels } from '../features/kernels.ts';
import type { BarSeries } from '../market/bar-series.ts';

/** Columns over the whole series, NaN before warm-up. */
export type Columns = Readonly<Record<string, Float64Array>>;

/** Built-in strategies take numbers only. */
export type StrategyParameters = Readonly<Record<string, number>>;

/** `side` = entry direction wanted now; confidence is 0 when no side is wanted; exits hold at any side. */
export type StrategySignal = {
  readonly side: Side;
  readonly exitLong: boolean;
  readonly exitShort: boolean;
  readonly confidence: number;
  readonly reasons: readonly string[];
  /** Why nothing can be decided here, where it is more than "no side": entries are refused with it, exits work. */
  readonly noDecision?: string;
};

export type SignalContext = {
  readonly i: number;
  readonly bars: BarSeries;
  readonly columns: Columns;
  readonly p: StrategyParameters;
};

export type StrategyRules = {
  readonly name: StrategyType | string;
  /** Bars needed before the first signal: bar index warmupBars - 1 is the first that can have one. */
  readonly warmupBars: (p: StrategyParameters) => number;
  readonly prepare: (bars: BarSeries, p: StrategyParameters, ta: Kernels) => Columns;
  readonly signal: (context: SignalContext) => StrategySignal;
};

/** The part of the rules that speaks bar by bar, once the columns are made. */
export type SignalRules = Pick<StrategyRules, 'warmupBars' | 'signal'>;

/** Bars that ATR14 takes: no strategy opens before it, because every entry needs its stop. */
export const ATR_WARMUP_BARS = 15;

/** Least confidence of a wanted entry in the built-in rules: the default minimum of the gate. */
export const ENTRY_CONFIDENCE = 0.6;

/** No side, no exit. */
export const hold = (reason: string): StrategySignal => ({
  side: 0,
  exitLong: false,
  exitShort: false,
  confidence: 0,
  reasons: [reason],
});

/** The same rules, silent until their warm-up is over. */
export const warmedUp = (rules: StrategyRules): StrategyRules => ({
  ...rules,
  signal: (context) => {
    const needed = rules.warmupBars(context.p);
    return context.i + 1 < needed ? hold(`warming up: bar ${context.i + 1} of ${needed}`) : rules.signal(context);
  },
});

/** @throws RangeError when the parameter is missing or not a number */
export function parameter(p: StrategyParameters, name: string): number {
  const value = p[name];
  if (value === undefined || Number.isNaN(value)) throw new RangeError(`strategy parameter ${name} is missing`);
  return value;
}

/** The value of a column at a bar; NaN where the column or the bar does not exist. */
export const valueAt = (columns: Columns, name: string, i: number): number => columns[name]?.[i] ?? Number.NaN;

/** Cuts a confidence to 0 … 1. */
export const toConfidence = (value: number): number => Math.min(1, Math.max(0, value));
