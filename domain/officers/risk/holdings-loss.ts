/**
 * What the holdings of now may lose in a day: their shares of equity times the returns of the past days.
 * A holding without enough days is counted as lost whole: no history is no sign of safety.
 */
import type { LossTable } from '../../../schemas/officers/risk-state.ts';
import { alignedReturns } from './aligned-returns.ts';
import { componentLosses, portfolioReturns } from './component-loss.ts';
import { correlationMatrix } from './correlation-matrix.ts';
import { LEVELS, type LossMeasures, measureLosses } from './measure-losses.ts';
import type { SymbolHolding } from './symbol-holdings.ts';

/** Below so many common days a quantile at 95 % is no more than the worst of them: chosen, 1 / (1 - 0.95). */
export const RETURNS_MIN = 20;
const COMPONENT_LEVEL = 0.95;

export type HoldingsLoss = {
  readonly var: LossTable;
  readonly es: LossTable;
  /** Of the measured holdings; null without any. */
  readonly measures: LossMeasures | null;
  readonly averageCorrelation: number | null;
  readonly components: readonly { readonly symbol: string; readonly fraction: number; readonly componentVar: number }[];
  readonly componentVarTotal: number;
  /** Σ gross share of equity of the holdings without enough days, and their symbols. */
  readonly unmeasuredFraction: number;
  readonly unmeasured: readonly string[];
};

export function holdingsLoss(holdings: readonly SymbolHolding[]): HoldingsLoss {
  const { measured, unmeasured } = splitByHistory(holdings);
  const unmeasuredFraction = unmeasured.reduce((sum, { grossFraction }) => sum + grossFraction, 0);
  const measures = measured.length === 0 ? null : measureLosses(portfolioReturns(measured));
  const parts = measured.length === 0 ? [] : componentLosses(measured, COMPONENT_LEVEL).components;
  const componentOf = new Map(measured.map(({ symbol }, i) => [symbol, parts[i]?.var ?? 0]));
  const components = holdings.map(({ symbol, fraction, grossFraction }) => ({
    symbol,
    fraction,
    componentVar: componentOf.get(symbol) ?? grossFraction,
  }));
  return {
    var: plus(measures?.var ?? NOTHING, unmeasuredFraction),
    es: plus(measures?.es ?? NOTHING, unmeasuredFraction),
    measures,
    averageCorrelation: correlationMatrix(measured.map(({ returns }) => returns)).average,
    components,
    componentVarTotal: components.reduce((sum, { componentVar }) => sum + componentVar, 0),
    unmeasuredFraction,
    unmeasured: unmeasured.map(({ symbol }) => symbol),
  };
}

/**
 * Daily returns of the holdings as they are now over the past days, oldest
 * first; those without enough days are left out.
 */
export function pastReturns(holdings: readonly SymbolHolding[]): readonly number[] {
  const { measured } = splitByHistory(holdings);
  return measured.length === 0 ? [] : portfolioReturns(measured);
}

type Measured = SymbolHolding & { readonly returns: readonly number[] };
type Split = { readonly measured: readonly Measured[]; readonly unmeasured: readonly SymbolHolding[] };

/** Symbols that are too young do not shorten the days of the others; those that share too few days measure nothing. */
function splitByHistory(holdings: readonly SymbolHolding[]): Split {
  const old = holdings.filter(({ closes }) => closes.length > RETURNS_MIN);
  const returns = alignedReturns(old.map(({ closes }) => closes));
  if ((returns[0]?.length ?? 0) < RETURNS_MIN) return { measured: [], unmeasured: holdings };
  return {
    measured: old.map((one, i) => ({ ...one, returns: returns[i] ?? [] })),
    unmeasured: holdings.filter((one) => !old.includes(one)),
  };
}

const row = (value: number | null): Record<string, number | null> =>
  Object.fromEntries(LEVELS.map((level) => [String(level), value]));
const table = (value: number | null): LossTable => ({
  historical: row(value),
  gaussian: row(value),
  cornishFisher: row(value),
  evt: row(value),
  ewma: row(value),
});
const NOTHING = table(0);
/** Every figure unknown. */
export const UNKNOWN_LOSSES = table(null);

/** The unmeasured loss comes on top of each figure: the worst case of how the two go together. */
function plus(losses: LossTable, more: number): LossTable {
  const raised = (one: Record<string, number | null>): Record<string, number | null> =>
    Object.fromEntries(Object.entries(one).map(([level, value]) => [level, value === null ? null : value + more]));
  const { historical, gaussian, cornishFisher, evt, ewma } = losses;
  return {
    historical: raised(historical),
    gaussian: raised(gaussian),
    cornishFisher: raised(cornishFisher),
    evt: raised(evt),
    ewma: raised(ewma),
  };
}
