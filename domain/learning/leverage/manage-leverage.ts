/**
 * The leverage manager (spec 8.5): the agent's leverage, made smaller by volatility, trend,
 * confidence, the mode, the risk score, drawdown, margin, the stop and what was measured. Nothing here
 * makes it larger. A forced close wins over all.
 */
import { decimalText, toDecimal } from '../../decimal.ts';
import { quoteLiquidation } from '../../execution/liquidation-quote.ts';
import {
  type ActionRoom,
  type Choice,
  chooseAction,
  type LeverageAction,
  type Masked,
  maskedActions,
  openingOf,
  rungDown,
  wishedAction,
} from './actions.ts';
import { binaryKellyLower, tradedKelly } from './kelly.ts';
import { type Cap, capOf, forcedBy, mayOpen } from './leverage-cap.ts';
import type { LeverageGround, LeverageQuestion } from './leverage-question.ts';
import { budgetLeft, type LeveragedSize, NO_SIZE, sizeLeveraged } from './leveraged-size.ts';
import { recommendationOf, warningsOf } from './recommendation.ts';

export type LeverageAnswer = {
  readonly action: LeverageAction;
  /** Of the agent's best action, before anything made it smaller; 0 where that opens nothing. */
  readonly bestLeverage: number;
  readonly isShort: boolean;
  readonly confidence: number;
  /** 1, 3, 5 or 10; 0: nothing is opened. */
  readonly leverage: number;
  /** Base × volatility × trend × confidence, before rounding down. Below 1 it makes the size smaller. */
  readonly adjustedLeverage: number;
  readonly leverageCap: number;
  /** Share of the capital to expose: half of Kelly at the lower bound of the edge. */
  readonly kellyFraction: number;
  readonly size: LeveragedSize;
  readonly recommendation: string;
  readonly reasoning: readonly string[];
  readonly warnings: readonly string[];
  readonly maskedActions: readonly Masked[];
};

/** What the agent's best open action becomes. */
export function manageLeverage(question: LeverageQuestion): LeverageAnswer {
  const standing = standingOf(question);
  return managed(question, standing, chooseAction(question.actionValues, standing.room));
}

/**
 * What becomes of a trade that others propose, at the most leverage they ask for: a wish that is masked opens nothing.
 */
export function manageProposal(ground: LeverageGround, wish: Choice): LeverageAnswer {
  const standing = standingOf(ground);
  return managed(ground, standing, wishedAction(wish, standing.room));
}

type Standing = { readonly cap: Cap; readonly room: ActionRoom };

function standingOf(question: LeverageGround): Standing {
  const cap = capOf(question);
  const { direction, position } = question;
  const room = { hasPosition: position !== null, forced: forcedBy(question), isReduceOnly: !mayOpen(question) };
  return { cap, room: { ...room, direction, leverageCap: cap.leverage } };
}

function managed(question: LeverageGround, { cap, room }: Standing, { action, confidence }: Choice): LeverageAnswer {
  const { forced, isReduceOnly } = room;
  const { position } = question;
  const opening = openingOf(action);
  const adjusted = opening === null ? 0 : adjustedLeverage(question, opening.leverage, confidence);
  const kellyFraction = tradedKelly(binaryKellyLower(question.edge));
  const capped = Math.min(rungDown(Math.max(1, adjusted)), rungDown(cap.leverage));
  const wanted = opening === null || kellyFraction === 0 || !(adjusted > 0) ? 0 : capped;
  const leverage = opening === null ? 0 : beyondStop(question, wanted);
  const size =
    opening === null || leverage === 0
      ? { ...NO_SIZE, riskBudgetLeftUsd: decimalText(budgetLeft(question)) }
      : sizeLeveraged(question, { side: opening.side, leverage, kellyFraction, share: Math.min(1, adjusted) });
  const isOpened = size.quantity !== '0';
  const answer = {
    action: opening !== null && !isOpened ? ('hold' as const) : action,
    bestLeverage: opening?.leverage ?? 0,
    isShort: (opening?.side ?? position?.side) === 'short',
    confidence,
    leverage: isOpened ? leverage : 0,
    adjustedLeverage: adjusted,
    leverageCap: cap.leverage,
    kellyFraction,
    size,
    maskedActions: maskedActions(room),
  };
  const told = { ...answer, forced, isReduceOnly, cap };
  return { ...answer, ...recommendationOf(question, told), warnings: warningsOf(question, told) };
}

/** base × min(1, target / realised volatility) × (0.5 + 0.5 × trend agreement) × confidence (details to spec 8.5). */
export function adjustedLeverage(
  { realisedVolatility, targetVolatility, trendAgreement }: LeverageGround,
  base: number,
  confidence: number,
): number {
  const volatility = realisedVolatility === 0 ? 1 : Math.min(1, targetVolatility / realisedVolatility);
  return base * volatility * (0.5 + 0.5 * trendAgreement) * confidence;
}

/**
 * The highest leverage up to `wanted` whose liquidation lies beyond the stop and its gap, for either side: a tighter
 * cap that turns the agent from short to long must not find more room there. Never below 1.
 */
function beyondStop(question: LeverageGround, wanted: number): number {
  const { stopDistanceFraction, gapFraction } = question.market;
  const distance = (leverage: number): number =>
    Math.min(distanceOf(question, 'long', leverage), distanceOf(question, 'short', leverage));
  for (let leverage = wanted; leverage > 1; leverage = rungDown(leverage - 1)) {
    if (distance(leverage) > stopDistanceFraction + gapFraction) return leverage;
  }
  return Math.min(1, wanted);
}

/** How far the price may move against the side, as a fraction; 0 where the margin would not last at all. */
function distanceOf({ market }: LeverageGround, side: 'long' | 'short', leverage: number): number {
  const { liquidationPrice, distanceFraction } = quoteLiquidation({
    venue: market.venue,
    ...{ side, leverage, quantity: '1', entryPrice: market.price },
    maintenanceMarginFraction: market.maintenanceMarginFraction,
    takerFeeFraction: market.takerFeeFraction,
  });
  const isAbove = toDecimal(liquidationPrice).gt(market.price);
  return isAbove === (side === 'short') ? Number(distanceFraction) : 0;
}
