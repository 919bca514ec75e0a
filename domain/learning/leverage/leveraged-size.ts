/**
 * How much to open at a leverage: the smallest of what the mode, half of Kelly, free margin and the day's risk budget
 * allow. Worked out in decimals and rounded down: the worst case never costs more than what is left of the budget.
 */
import { Decimal, decimalText, floorToStep, roundPrice, toDecimal, ZERO } from '../../decimal.ts';
import { quoteLiquidation } from '../../execution/liquidation-quote.ts';
import type { LeverageSide } from './actions.ts';
import type { LeverageGround } from './leverage-question.ts';

/** Share of equity that a day may cost (spec 8.5). */
export const RISK_BUDGET_FRACTION = 0.02;

export type LeveragedSize = {
  /** Margin at stake as a share of equity. */
  readonly sizeFraction: number;
  readonly quantity: string;
  readonly notionalUsd: string;
  readonly marginUsd: string;
  /** At the stop and its gap, or all of the margin if that is less; with costs. */
  readonly worstCaseLossUsd: string;
  readonly riskBudgetLeftUsd: string;
  readonly liquidationPrice: string | null;
};

export const NO_SIZE: LeveragedSize = {
  sizeFraction: 0,
  quantity: '0',
  notionalUsd: '0',
  marginUsd: '0',
  worstCaseLossUsd: '0',
  riskBudgetLeftUsd: '0',
  liquidationPrice: null,
};

type Terms = {
  readonly side: LeverageSide;
  readonly leverage: number;
  readonly kellyFraction: number;
  /** Below 1 where the adjusted leverage is. */
  readonly share: number;
};

export function sizeLeveraged(question: LeverageGround, terms: Terms): LeveragedSize {
  const { account, market, profile } = question;
  const equity = toDecimal(account.equityUsd);
  const budget = budgetLeft(question);
  const price = toDecimal(market.price);
  const loss = lossFraction(question, terms.leverage);
  const notional = Decimal.min(
    equity.times(profile.positionFractionMax).times(terms.leverage),
    equity.times(terms.kellyFraction),
    toDecimal(account.marginAvailableUsd).times(terms.leverage),
    budget.div(loss),
  ).times(terms.share);
  if (!notional.gt(ZERO)) return { ...NO_SIZE, riskBudgetLeftUsd: decimalText(budget) };
  const step = toDecimal(market.quantityStep);
  const down = floorToStep(notional.div(price), step);
  const quantity = down.times(price).lte(notional) ? down : down.minus(step);
  if (!quantity.gt(ZERO)) return { ...NO_SIZE, riskBudgetLeftUsd: decimalText(budget) };
  return { ...moneyOf(question, terms, quantity), riskBudgetLeftUsd: decimalText(budget) };
}

function moneyOf({ account, market }: LeverageGround, { leverage, side }: Terms, quantity: Decimal) {
  const notional = quantity.times(toDecimal(market.price));
  const margin = notional.div(leverage);
  const loss = notional.times(lossFraction({ market }, leverage));
  const { liquidationPrice } = quoteLiquidation({
    ...{ venue: market.venue, side, quantity: decimalText(quantity), entryPrice: market.price, leverage },
    maintenanceMarginFraction: market.maintenanceMarginFraction,
    takerFeeFraction: market.takerFeeFraction,
  });
  return {
    sizeFraction: margin.div(toDecimal(account.equityUsd)).toNumber(),
    quantity: decimalText(quantity),
    notionalUsd: decimalText(notional),
    marginUsd: decimalText(roundPrice(margin)),
    worstCaseLossUsd: decimalText(loss),
    liquidationPrice,
  };
}

/** What is lost of each unit of notional in the worst case: to the stop and its gap, at most all margin; and costs. */
export const lossFraction = ({ market }: Pick<LeverageGround, 'market'>, leverage: number): number =>
  Math.min(1 / leverage, market.stopDistanceFraction + market.gapFraction) + market.costFraction;

/** What is left of the day's 2 % of equity; never below 0. */
export function budgetLeft({ account }: LeverageGround): Decimal {
  const budget = toDecimal(account.equityUsd).times(RISK_BUDGET_FRACTION).minus(toDecimal(account.budgetUsedUsd));
  return Decimal.max(ZERO, budget);
}
