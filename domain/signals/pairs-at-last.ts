/**
 * What pairs trading says at the last of some bars, worked out from those bars alone: the test, the spread's z and what
 * each leg would do. A session asks the same of every bar, with the line of the day's beginning.
 */
import type { DecisionAction, Side } from '../../schemas/decision.ts';
import { type Cointegration, cointegration } from './cointegration.ts';
import { pairsColumnsOf } from './pairs-columns.ts';
import { pairsTrading } from './pairs-trading.ts';
import type { StrategyParameters } from './strategy.ts';
import type { PairMoment } from './two-leg-strategy.ts';

export type PairsAtLast = (Cointegration | Record<keyof Cointegration, null>) & {
  readonly z: number | null;
  /** Of a flat position. */
  readonly actions: { readonly a: DecisionAction; readonly b: DecisionAction };
  /** Whether an open position would be closed: `b` long against `a`, and `b` short against it. */
  readonly exits: { readonly longB: boolean; readonly shortB: boolean };
  readonly noDecision: string | null;
  readonly reasons: readonly string[];
};

const NOTHING_KNOWN = {
  hedgeRatio: null,
  intercept: null,
  adf: null,
  criticalValues: null,
  pValue: null,
  cointegrated: null,
} as const;

const actionOf = (side: Side): DecisionAction => (side === 1 ? 'buy' : side === -1 ? 'sell' : 'hold');

/** @throws RangeError for series of different lengths or of fewer than 20 bars */
export function pairsAtLast(a: Float64Array, b: Float64Array, p: StrategyParameters): PairsAtLast {
  const found = cointegration(a, b);
  const columns = pairsColumnsOf(a, b, found, p);
  const moment: PairMoment = { n: 0, columns, p };
  const [first, second] = [pairsTrading.signal('first', moment), pairsTrading.signal('second', moment)];
  const z = columns.z?.[0] ?? Number.NaN;
  return {
    ...(found ?? NOTHING_KNOWN),
    z: Number.isNaN(z) ? null : z,
    actions: { a: actionOf(first.side), b: actionOf(second.side) },
    exits: { longB: second.exitLong, shortB: second.exitShort },
    noDecision: second.noDecision ?? null,
    reasons: second.reasons,
  };
}
