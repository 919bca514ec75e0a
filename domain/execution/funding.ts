/**
 * Funding of leveraged positions: at 00, 08 and 16 UTC longs pay shorts rate × marked value when the rate is
 * positive. Positions without leverage pay nothing. It is paid from cash, not from the position's margin.
 */
import type { Costs } from '../../schemas/execution.ts';
import { type Decimal, roundMoney, toDecimal } from '../decimal.ts';
import { type Draft, setPosition } from './draft.ts';
import { fundingEntries } from './ledger.ts';
import type { BookPosition } from './position.ts';

/** Every 8 hours from midnight UTC; the epoch began at midnight. */
const FUNDING_PERIOD_MS = 28_800_000;

const isCharged = (position: BookPosition): boolean => position.leverage > 1 && !position.quantity.isZero();

/**
 * Settles every funding instant of the symbol's positions after the last settled one, up to and including
 * `untilMs`, at the mark in force. A position opened at an instant does not pay for that instant.
 */
export function payFunding(draft: Draft, symbol: string, untilMs: number, costs: Costs): void {
  for (const position of draft.positions) {
    if (position.symbol !== symbol || !isCharged(position)) continue;
    const doneMs = position.fundingDoneMs ?? untilMs;
    const firstMs = (Math.floor(doneMs / FUNDING_PERIOD_MS) + 1) * FUNDING_PERIOD_MS;
    if (firstMs <= untilMs) payInstants(draft, position, firstMs, untilMs, costs);
  }
}

function payInstants(draft: Draft, position: BookPosition, firstMs: number, untilMs: number, costs: Costs): void {
  const amount = roundMoney(position.quantity.times(position.markPrice).times(toDecimal(costs.fundingRate)));
  let paid = position;
  for (let instantMs = firstMs; instantMs <= untilMs; instantMs += FUNDING_PERIOD_MS) {
    paid = withFunding(paid, amount, instantMs);
    if (amount.isZero()) continue;
    draft.cash = draft.cash.minus(amount);
    draft.entries.push(...fundingEntries(draft, position.trip?.decisionId ?? '', amount, instantMs));
  }
  setPosition(draft, paid);
}

function withFunding(position: BookPosition, amount: Decimal, instantMs: number): BookPosition {
  const { trip } = position;
  return {
    ...position,
    funding: position.funding.plus(amount),
    fundingDoneMs: instantMs,
    trip: trip === null ? null : { ...trip, funding: trip.funding.plus(amount) },
  };
}
