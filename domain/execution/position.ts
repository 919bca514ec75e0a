/**
 * What the book keeps of one (strategy, symbol): what is held at which cost, and the round trip it is in.
 * Quantity and cost are signed (short: both negative); fees and funding are positive when paid. Quote currency.
 */
import { type Decimal, roundPrice, ZERO } from '../decimal.ts';

/** What was entered and left since the position was flat; quantities and values are magnitudes. */
export type Trip = {
  readonly decisionId: string;
  readonly sessionId: string | null;
  readonly venue: string;
  readonly simulated: boolean;
  readonly entryQuantity: Decimal;
  readonly entryValue: Decimal;
  readonly exitQuantity: Decimal;
  readonly exitValue: Decimal;
  readonly realizedPnl: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
};

export type BookPosition = {
  readonly strategyId: string;
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly markPrice: Decimal;
  readonly leverage: number;
  readonly realizedPnl: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
  readonly openedAtMs: number | null;
  readonly fundingDoneMs: number | null;
  readonly trip: Trip | null;
};

/** A position that holds nothing yet. */
export const flatPosition = (strategyId: string, symbol: string): BookPosition => ({
  strategyId,
  symbol,
  quantity: ZERO,
  cost: ZERO,
  markPrice: ZERO,
  leverage: 1,
  realizedPnl: ZERO,
  fees: ZERO,
  funding: ZERO,
  openedAtMs: null,
  fundingDoneMs: null,
  trip: null,
});

/** Average price of what is held, 0 when flat. */
export const averagePriceOf = (position: BookPosition): Decimal =>
  position.quantity.isZero() ? ZERO : roundPrice(position.cost.div(position.quantity));
