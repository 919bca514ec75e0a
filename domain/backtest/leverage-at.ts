/**
 * The leverage manager in the one step: an entry gets its leverage and size from it before anything is proposed to the gate,
 * and a leveraged position is looked at with every bar. Without `leverage` in the context nothing of this happens.
 */
import { decimalText, toDecimal } from '../decimal.ts';
import type { Proposal } from '../decision/advance-session.ts';
import type { BookPosition } from '../execution/book.ts';
import { liquidationPriceOf } from '../execution/forced-close.ts';
import { marginRatioOf } from '../execution/margin-ratio.ts';
import type { Forced } from '../learning/leverage/actions.ts';
import { forcedBy } from '../learning/leverage/leverage-cap.ts';
import { type LeverageAnswer, manageProposal } from '../learning/leverage/manage-leverage.ts';
import { baseReason, type LeverageBase, leverageBaseAt } from './leverage-base-at.ts';
import { leverageGround } from './leverage-ground.ts';
import { entryPlan, type OrderBasis, type OrderPlan, sizedEntry } from './propose-orders.ts';
import type { SymbolMarket, WalkContext } from './walk-context.ts';
import type { WalkState } from './walk-state.ts';

/** What is kept with a decision. */
export type LeverageNote = Readonly<Record<string, unknown>>;

/** An entry at the leverage and size that the manager leaves of it; no plan where it leaves nothing. */
export function planManaged(
  state: WalkState,
  proposal: Proposal,
  basis: OrderBasis,
  { market, i }: { readonly market: SymbolMarket; readonly i: number },
  context: WalkContext,
): { readonly plan: OrderPlan | null; readonly note: LeverageNote | null } {
  const sized = sizedEntry(context, proposal, basis);
  if (sized === null || !sized.quantity.gt(0)) return { plan: null, note: null };
  const asked = { state, proposal, sized, market, i };
  const { wish, base } = leverageBaseAt(asked, context);
  const answer = manageProposal(leverageGround(asked, context), wish);
  const { leverage, size } = answer;
  const note = noteOf(answer, base);
  if (leverage === 0) return { plan: null, note };
  const quantity = toDecimal(size.quantity);
  return { plan: entryPlan(context, { ...sized, sizeFraction: size.sizeFraction, quantity, leverage }), note };
}

const noteOf = (
  { size, maskedActions: _masked, isShort: _isShort, ...answer }: LeverageAnswer,
  base: LeverageBase['base'],
): LeverageNote => ({
  ...answer,
  ...{ base, reasoning: [baseReason(base), ...answer.reasoning].filter((one) => one !== null) },
  ...{ sizeFraction: size.sizeFraction, quantity: size.quantity, worstCaseLossUsd: size.worstCaseLossUsd },
  ...{ riskBudgetLeftUsd: size.riskBudgetLeftUsd, liquidationPrice: size.liquidationPrice },
});

export type Watched = { readonly forced: Forced; readonly note: LeverageNote };

/** A leveraged position at this close: how near liquidation is, and what is forced. Null: nothing to watch. */
export function watchPosition(
  state: WalkState,
  position: BookPosition | undefined,
  { leverage: terms, costs }: WalkContext,
): Watched | null {
  if (terms === undefined || position === undefined || position.leverage <= 1) return null;
  const marginRatio = marginRatioOf(position, costs);
  const side = position.quantity.isPositive() ? ('long' as const) : ('short' as const);
  const { leverage } = position;
  const wanted = forcedBy({ marginRatio, position: { side, leverage } });
  const forced = isUnderWay(state, position, wanted) ? null : wanted;
  const action = forced ?? 'hold';
  const liquidation = liquidationPriceOf(position, costs);
  const reasoning = wanted === null ? [] : [`margin ratio ${marginRatio.toFixed(2)} forces ${wanted}`];
  const liquidationPrice = liquidation === null ? null : decimalText(liquidation);
  return { forced, note: { action, leverage, marginRatio, liquidationPrice, reasoning } };
}

/** A position is closed once and halved once, earlier reductions included. A close overtakes a working reduction. */
function isUnderWay({ book }: WalkState, { symbol, strategyId, trip }: BookPosition, forced: Forced): boolean {
  const exits = book.orders.filter(
    (one) => one.leg === 'exit' && one.symbol === symbol && one.strategyId === strategyId,
  );
  if (forced === 'close') return exits.some((one) => one.exitReason !== 'reduce');
  if (exits.length > 0) return true;
  return trip?.exitQuantity.times(2).gte(trip.entryQuantity) === true;
}

/** A forced reduction in place of what was proposed: it wins over everything, also over waiting for an order at work. */
export function withForced<Call>(
  proposal: Proposal<Call>,
  watched: Watched | null,
  position: BookPosition | undefined,
): Proposal<Call> {
  if (watched === null || watched.forced === null || position === undefined) return proposal;
  return {
    ...proposal,
    action: position.quantity.isPositive() ? 'sell' : 'buy',
    intent: 'exit',
    side: 0,
    exitReason: watched.forced === 'close' ? 'margin' : 'reduce',
    noDecision: null,
  };
}
