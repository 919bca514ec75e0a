/**
 * The day's risk budget of an account: 2 % of equity for leveraged trading (spec 8.5). It is used up by the day's
 * losses and by what is at stake: from mark to stop of each position, from entry to stop of working entries. USD, worst
 * case.
 */
import type { OrderIntent } from '../../schemas/execution.ts';
import { Decimal, toDecimal, ZERO } from '../decimal.ts';
import type { BookPosition } from '../execution/book.ts';
import { RISK_BUDGET_FRACTION } from '../learning/leverage/leveraged-size.ts';
import type { ExposureView } from '../risk/gate-input.ts';
import { RISK_PER_TRADE_FRACTION } from '../risk/position-size.ts';
import type { WalkState } from './walk-state.ts';

/** How far beyond a stop the worst case fills, as a share of its distance: half an ATR at the default stop; chosen. */
export const GAP_SHARE = 0.25;

/** What the day has lost, and what is at stake. */
export function budgetUsed(state: WalkState): Decimal {
  const { book, equity, othersOrders, othersPositions, risk } = state;
  const lost = Decimal.max(ZERO, toDecimal(risk.dayStartEquity).minus(equity));
  const held = book.positions.map((one) => stakeOfPosition(state, one));
  const entering = book.orders.filter((one) => one.leg === 'entry').map((one) => stakeOfEntry(state, one));
  const others = [...othersPositions, ...othersOrders].map((one) => stakeOfOthers(one, equity));
  return [...held, ...entering, ...others].reduce((sum, one) => sum.plus(one), lost);
}

/** Never below 0. */
export const budgetLeftOf = (state: WalkState): Decimal =>
  Decimal.max(ZERO, state.equity.times(RISK_BUDGET_FRACTION).minus(budgetUsed(state)));

/** From its mark to its stop, at most the margin; all of the margin where no stop is at work. */
function stakeOfPosition(
  { book }: WalkState,
  { strategyId, symbol, quantity, markPrice, leverage }: BookPosition,
): Decimal {
  if (quantity.isZero()) return ZERO;
  const margin = quantity.times(markPrice).abs().div(leverage);
  const stops = book.orders.filter(
    (one) => one.leg === 'stop' && one.symbol === symbol && one.strategyId === strategyId && one.stopPrice !== null,
  );
  const distances = stops.map((one) => quantity.times(markPrice.minus(toDecimal(one.stopPrice ?? 0))));
  return distances.length === 0 ? margin : Decimal.min(margin, Decimal.max(ZERO, ...distances));
}

/** What is left of an entry, to the stop that waits for it. */
function stakeOfEntry({ book }: WalkState, entry: WalkState['book']['orders'][number]): Decimal {
  const left = toDecimal(entry.quantity).minus(toDecimal(entry.quantityFilled));
  const stop = book.orders.find((one) => one.leg === 'stop' && one.decisionId === entry.decisionId);
  return worstCaseLoss({ ...entry, quantity: left }, distanceOf(stop));
}

/** Their stops are not known here: a position is sized to lose 0.5 % of equity at its stop, times its leverage. */
const stakeOfOthers = ({ quantity, markPrice, leverage }: ExposureView, equity: Decimal): Decimal =>
  Decimal.min(
    quantity.times(markPrice).abs().div(leverage),
    Decimal.max(ZERO, equity).times(RISK_PER_TRADE_FRACTION).times(leverage),
  );

const distanceOf = (stop: { readonly distanceFromEntry: string | null } | undefined): Decimal | null =>
  stop?.distanceFromEntry == null ? null : toDecimal(stop.distanceFromEntry);

type Opening = {
  readonly quantity: Decimal | string;
  readonly leverage: number;
  readonly referencePrice?: string | undefined;
};

/**
 * quantity × (stop distance and its gap), at most the margin; all of the margin without a stop. Costs are not in it.
 */
function worstCaseLoss({ quantity, leverage, referencePrice }: Opening, stopDistance: Decimal | null): Decimal {
  const units = toDecimal(quantity.toString());
  const margin = units.times(toDecimal(referencePrice ?? 0)).div(leverage);
  return stopDistance === null ? margin : Decimal.min(margin, units.times(stopDistance).times(1 + GAP_SHARE));
}

export type RiskBudget = { readonly worstCaseLoss: Decimal; readonly left: Decimal };

/** What the gate compares a leveraged entry with; null when nothing is opened, or without leverage. */
export function riskBudgetOf(state: WalkState, intent: OrderIntent, stopDistance: Decimal | null): RiskBudget | null {
  if (intent.reduceOnly || !(intent.leverage > 1)) return null;
  return { worstCaseLoss: worstCaseLoss(intent, stopDistance), left: budgetLeftOf(state) };
}
